using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Swarm.Execution;
using Swarm.Hosting.DependencyInjection;

namespace Swarm.Hosting.Nodes;

/// <summary>
/// The workers of this process: agents with identities and executors of their own. Executors last as long as the
/// process, identities as long as the swarm.
/// </summary>
internal sealed class LocalWorkers(
    IServiceProvider services,
    IEnumerable<WorkerBlueprint> blueprints,
    IOptionsMonitor<SwarmWorkerOptions> workerOptions,
    IOptions<SwarmManagerOptions> managerOptions,
    TimeProvider time,
    ILoggerFactory loggers) : IAsyncDisposable
{
    private IExecutor[]? _executors;

    /// <summary>Adds every worker to a swarm and waits until it is ready.</summary>
    public async Task JoinAsync(ManagerRuntime manager, CancellationToken cancellationToken)
    {
        foreach (var executor in _executors ??= CreateExecutors())
        {
            await manager.AddWorkerAsync(executor, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var executor in _executors ?? [])
        {
            await DisposeAsync(executor);
        }

        _executors = null;
    }

    /// <summary>Disposes of an executor by whatever means it offers.</summary>
    public static async ValueTask DisposeAsync(IExecutor executor)
    {
        if (executor is IAsyncDisposable asynchronous)
        {
            await asynchronous.DisposeAsync();
        }
        else
        {
            (executor as IDisposable)?.Dispose();
        }
    }

    private IExecutor[] CreateExecutors()
    {
        var workers = blueprints
            .Where(blueprint => workerOptions.Get(blueprint.Node.OptionsName).JoinAddress is null)
            .Select(blueprint => (
                blueprint.Node,
                Name: workerOptions.Get(blueprint.Node.OptionsName).NodeName ?? blueprint.Node.OptionsName))
            .ToArray();
        RefuseSharedNames(workers.Select(worker => worker.Name));
        return [.. workers.Select(worker => worker.Node.CreateExecutor(services, new NodeProfile(
            worker.Name,
            Path.Combine(managerOptions.Value.DataDirectory, worker.Name),
            workerOptions.Get(worker.Node.OptionsName).EngineLabels.ToValueDictionary(),
            time,
            loggers)))];
    }

    // Nodes of one name would also share a directory.
    private void RefuseSharedNames(IEnumerable<string> names)
    {
        var manager = managerOptions.Value.NodeName ?? Environment.MachineName;
        var taken = new HashSet<string>([manager], StringComparer.Ordinal);
        if (names.FirstOrDefault(name => !taken.Add(name)) is { } shared)
        {
            throw new InvalidOperationException(
                $"Two nodes of this process have the name {shared}; give each its own NodeName.");
        }
    }
}
