using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Swarm.Hosting.DependencyInjection;

namespace Swarm.Hosting.Nodes;

/// <summary>The workers of this process: agents with identities and executors of their own.</summary>
internal sealed class LocalWorkers(
    IServiceProvider services,
    IEnumerable<WorkerBlueprint> blueprints,
    IOptionsMonitor<SwarmWorkerOptions> workerOptions,
    IOptions<SwarmManagerOptions> managerOptions,
    TimeProvider time,
    ILoggerFactory loggers)
{
    /// <summary>Adds every worker to the swarm and waits until it is ready.</summary>
    public async Task StartAsync(ManagerRuntime manager, CancellationToken cancellationToken)
    {
        foreach (var blueprint in blueprints)
        {
            var options = workerOptions.Get(blueprint.Node.OptionsName);
            if (options.JoinAddress is { } address)
            {
                throw new InvalidOperationException(
                    $"Worker {options.NodeName} is to join {address}: joining over the network is not supported by "
                    + "this version. Leave JoinAddress empty to join the manager in this process.");
            }

            var name = options.NodeName ?? blueprint.Node.OptionsName;
            var executor = blueprint.Node.CreateExecutor(services, new NodeProfile(
                name,
                Path.Combine(managerOptions.Value.DataDirectory, name),
                options.EngineLabels.ToValueDictionary(),
                time,
                loggers));
            await manager.AddWorkerAsync(executor, cancellationToken);
        }
    }
}
