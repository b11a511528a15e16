using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Swarm.Docker;
using Swarm.Docker.Engine;
using Swarm.Docker.Gateway;
using Swarm.Hosting;
using Swarm.Hosting.DependencyInjection;
using Swarm.Hosting.DockerApi;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Makes a node of a Docker Engine.</summary>
public static class DockerSwarmBuilderExtensions
{
    /// <summary>
    /// Runs tasks as containers of a Docker Engine, which must not be in a swarm itself. What this process's Docker API
    /// does not answer, such as <c>docker ps</c>, <c>exec</c> and <c>pull</c>, the engine answers on the same address.
    /// </summary>
    /// <param name="builder">The node.</param>
    /// <param name="configure">Changes the executor's settings.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="FormatException">The endpoint is none.</exception>
    /// <example><code>
    /// services.AddSwarmManager()
    ///     .UseDockerExecutor(docker => docker.Endpoint = "unix:///var/run/docker.sock")
    ///     .AddDockerApi(api => api.Endpoints.Add("unix:///run/swarm.sock"));
    /// </code></example>
    public static ISwarmBuilder UseDockerExecutor(
        this ISwarmBuilder builder,
        Action<DockerExecutorOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var settings = new DockerExecutorOptions();
        configure?.Invoke(settings);
        var address = EngineAddress.Parse(settings.Endpoint);
        var transport = new Lazy<EngineTransport>(() => new EngineTransport(address));
        var blueprint = ((SwarmBuilder)builder).Blueprint;
        blueprint.CreateExecutor = (_, profile) => Create(profile, transport.Value, configure);
        if (settings.PassThrough && IsManager(builder.Services, blueprint))
        {
            builder.Services.Replace(
                ServiceDescriptor.Singleton<IEngineGateway>(_ => new EngineGateway(transport.Value)));
        }

        return builder;
    }

    private static DockerExecutor Create(
        NodeProfile profile, EngineTransport transport, Action<DockerExecutorOptions>? configure)
    {
        var options = new DockerExecutorOptions
        {
            Hostname = profile.Hostname,
            EngineLabels = profile.EngineLabels,
            StateDirectory = Path.Combine(profile.StateDirectory, "tasks"),
            StopTasksOnDispose = profile.StopTasksOnDispose,
        };
        configure?.Invoke(options);
        return new(options, transport, profile.Time, profile.Loggers.CreateLogger<DockerExecutor>());
    }

    private static bool IsManager(IServiceCollection services, NodeBlueprint blueprint) => services.Any(service =>
        service.ServiceType == typeof(ManagerBlueprint)
        && service.ImplementationInstance is ManagerBlueprint manager
        && ReferenceEquals(manager.Node, blueprint));
}
