using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Swarm;
using Swarm.Control;
using Swarm.Hosting;
using Swarm.Hosting.DependencyInjection;
using Swarm.Hosting.DockerApi;
using Swarm.Hosting.Nodes;
using Swarm.Secrets;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Makes this process a node of a swarm.</summary>
public static class SwarmServiceCollectionExtensions
{
    /// <summary>
    /// Makes this process a swarm manager that also runs tasks, as operating system processes unless the builder says
    /// otherwise. Settings come from the configuration section <c>Swarm</c>, then from <paramref name="configure"/>.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Changes the settings.</param>
    /// <returns>Configures the node further.</returns>
    /// <exception cref="InvalidOperationException">The host has a manager already.</exception>
    public static ISwarmBuilder AddSwarmManager(
        this IServiceCollection services,
        Action<SwarmManagerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.Any(service => service.ServiceType == typeof(ManagerBlueprint)))
        {
            throw new InvalidOperationException(
                "AddSwarmManager was called twice; a process holds one manager. Use AddSwarmWorker for more nodes.");
        }

        var blueprint = new NodeBlueprint(Options.Options.DefaultName);
        services.AddSingleton(new ManagerBlueprint(blueprint));
        services.AddOptions<SwarmManagerOptions>().Configure<IServiceProvider>(Bind).ValidateOnStart();
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<SwarmManagerOptions>, SwarmManagerOptionsValidator>());
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<SwarmNode>();
        services.TryAddSingleton<ISwarmNode>(provider => provider.GetRequiredService<SwarmNode>());
        services.TryAddSingleton<ISwarmClient, NodeClient>();
        services.TryAddSingleton<ISwarmWindow, NodeWindow>();
        services.TryAddSingleton(provider => new SwarmBackup(provider.GetRequiredService<SwarmNode>()));
        services.TryAddSingleton<LocalWorkers>();
        services.TryAddSingleton(SecretSetup.CreateKeys);
        services.TryAddSingleton(SecretSetup.CreateVault);
        services.AddSingleton<IHostedService, SwarmHost>();
        services.TryAddSingleton(provider => new DockerApiOptions
        {
            StateDirectory = Path.GetFullPath(
                provider.GetRequiredService<IOptions<SwarmManagerOptions>>().Value.DataDirectory),
            SecurityOptions = [SecretSetup.Describe(provider.GetRequiredService<SecretVault>())],
        });
        services.AddDockerApi();
        SwarmMetricsExtensions.AddSource(services);
        return new SwarmBuilder(services, blueprint);
    }

    /// <summary>
    /// Adds a worker to this process: a node of its own, with its own name and executor. With a
    /// <see cref="SwarmWorkerOptions.JoinAddress"/> it joins a swarm over the network, whose managers may be Docker
    /// Engines; without one it is in the swarm of the manager in the same process, whenever that forms one.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Changes the settings.</param>
    /// <returns>Configures the node further.</returns>
    public static ISwarmBuilder AddSwarmWorker(
        this IServiceCollection services,
        Action<SwarmWorkerOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var number = 1 + services.Count(service => service.ServiceType == typeof(WorkerBlueprint));
        var name = $"worker-{number.ToString(CultureInfo.InvariantCulture)}";
        var blueprint = new NodeBlueprint(name);
        services.AddSingleton(new WorkerBlueprint(blueprint));
        services.AddOptions<SwarmWorkerOptions>(name).Configure(options => options.NodeName = name).ValidateOnStart();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<SwarmWorkerOptions>, SwarmWorkerOptionsValidator>());
        if (configure is not null)
        {
            services.Configure(name, configure);
        }

        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, RemoteWorkers>());
        return new SwarmBuilder(services, blueprint);
    }

    private static void Bind(SwarmManagerOptions options, IServiceProvider provider) =>
        provider.GetService<IConfiguration>()?.GetSection("Swarm").Bind(options);
}
