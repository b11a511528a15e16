using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Swarm.Execution;
using Swarm.Hosting;
using Swarm.Hosting.DependencyInjection;
using Swarm.Scheduling;
using Swarm.Secrets;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses what a node is made of.</summary>
public static class SwarmBuilderExtensions
{
    /// <summary>Runs tasks as operating system processes; this is the default.</summary>
    /// <param name="builder">The node.</param>
    /// <param name="configure">Changes the executor's settings.</param>
    /// <returns>The same builder.</returns>
    public static ISwarmBuilder UseProcessExecutor(
        this ISwarmBuilder builder,
        Action<ProcessExecutorOptions>? configure = null) =>
        Use(builder, (_, profile) => ProcessExecutorSetup.Create(profile, configure));

    /// <summary>Runs nothing: tasks behave as scripted. For tests and demonstrations.</summary>
    /// <param name="builder">The node.</param>
    /// <param name="configure">Changes the executor's scripts.</param>
    /// <returns>The same builder.</returns>
    public static ISwarmBuilder UseInMemoryExecutor(
        this ISwarmBuilder builder,
        Action<InMemoryExecutor>? configure = null) =>
        Use(builder, (_, profile) =>
        {
            var executor = new InMemoryExecutor(profile.Time);
            executor.Description = executor.Description with
            {
                Hostname = profile.Hostname,
                Engine = (executor.Description.Engine ?? new()) with { Labels = profile.EngineLabels },
            };
            configure?.Invoke(executor);
            return executor;
        });

    /// <summary>Runs tasks with the host's own executor, taken from the services when registered there.</summary>
    /// <typeparam name="T">The executor.</typeparam>
    /// <param name="builder">The node.</param>
    /// <returns>The same builder.</returns>
    public static ISwarmBuilder UseExecutor<
        [System.Diagnostics.CodeAnalysis.DynamicallyAccessedMembers(
            System.Diagnostics.CodeAnalysis.DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        this ISwarmBuilder builder)
        where T : class, IExecutor =>
        Use(builder, (services, _) => ActivatorUtilities.GetServiceOrCreateInstance<T>(services));

    /// <summary>Appends a filter: nodes it does not admit get no task.</summary>
    /// <typeparam name="T">The filter.</typeparam>
    /// <param name="builder">The manager.</param>
    /// <returns>The same builder.</returns>
    public static ISwarmBuilder AddSchedulingFilter<
        [System.Diagnostics.CodeAnalysis.DynamicallyAccessedMembers(
            System.Diagnostics.CodeAnalysis.DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        this ISwarmBuilder builder)
        where T : class, ISchedulingFilter
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<ISchedulingFilter, T>();
        return builder;
    }

    /// <summary>Appends a scorer: it chooses among nodes that Docker's ranking holds equal.</summary>
    /// <typeparam name="T">The scorer.</typeparam>
    /// <param name="builder">The manager.</param>
    /// <returns>The same builder.</returns>
    public static ISwarmBuilder AddSchedulingScorer<
        [System.Diagnostics.CodeAnalysis.DynamicallyAccessedMembers(
            System.Diagnostics.CodeAnalysis.DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        this ISwarmBuilder builder)
        where T : class, ISchedulingScorer
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<ISchedulingScorer, T>();
        return builder;
    }

    /// <summary>
    /// Wraps the keys of secrets with the host's own provider, taken from the services when registered there; the
    /// default is a file in the data directory. Every manager of a swarm needs the same keys.
    /// </summary>
    /// <typeparam name="T">The provider.</typeparam>
    /// <param name="builder">The manager.</param>
    /// <returns>The same builder.</returns>
    public static ISwarmBuilder UseKeyProvider<
        [System.Diagnostics.CodeAnalysis.DynamicallyAccessedMembers(
            System.Diagnostics.CodeAnalysis.DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        this ISwarmBuilder builder)
        where T : class, IKeyProvider
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Replace(ServiceDescriptor.Singleton<IKeyProvider>(
            services => ActivatorUtilities.GetServiceOrCreateInstance<T>(services)));
        return builder;
    }

    /// <summary>Appends a driver for secrets that are kept elsewhere: <c>docker secret create --driver NAME</c>.</summary>
    /// <typeparam name="T">The driver.</typeparam>
    /// <param name="builder">The manager.</param>
    /// <returns>The same builder.</returns>
    public static ISwarmBuilder AddSecretDriver<
        [System.Diagnostics.CodeAnalysis.DynamicallyAccessedMembers(
            System.Diagnostics.CodeAnalysis.DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        this ISwarmBuilder builder)
        where T : class, ISecretDriver
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<ISecretDriver>(
            services => ActivatorUtilities.GetServiceOrCreateInstance<T>(services));
        return builder;
    }

    /// <summary>Serves the Docker Engine HTTP API on listeners of its own.</summary>
    /// <param name="builder">The manager.</param>
    /// <param name="configure">Names the addresses.</param>
    /// <returns>The same builder.</returns>
    public static ISwarmBuilder AddDockerApi(this ISwarmBuilder builder, Action<SwarmApiOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<SwarmApiOptions>().Configure(configure).ValidateOnStart();
        builder.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<SwarmApiOptions>, SwarmApiOptionsValidator>());
        return builder;
    }

    private static ISwarmBuilder Use(ISwarmBuilder builder, Func<IServiceProvider, NodeProfile, IExecutor> create)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ((SwarmBuilder)builder).Blueprint.CreateExecutor = create;
        return builder;
    }
}
