using System.Runtime.CompilerServices;
using Swarm.Execution;

namespace Swarm.Testing;

/// <summary>A client of whichever manager leads, whose calls let the time of their cluster pass.</summary>
internal sealed class TestClient(SwarmTestCluster cluster) : ISwarmClient
{
    public IServiceOperations Services { get; } = new TestServices(cluster);

    public ITaskOperations Tasks { get; } = new TestTasks(cluster);

    public INodeOperations Nodes { get; } = new TestNodes(cluster);

    public ISecretOperations Secrets { get; } = new TestSecrets(cluster);

    public IConfigOperations Configs { get; } = new TestConfigs(cluster);

    public INetworkOperations Networks { get; } = new TestNetworks(cluster);

    public IClusterOperations Cluster { get; } = new TestClusterOperations(cluster);

    public Task<ServicePlan> PlanAsync(ServiceSpec spec, CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.PlanAsync(spec, cancellationToken));

    public IAsyncEnumerable<ObjectChange> WatchAsync(
        WatchFilter? filter = null,
        CancellationToken cancellationToken = default) =>
        cluster.ReadAsync(client => client.WatchAsync(filter, cancellationToken), cancellationToken);
}

/// <summary>Calls of a cluster's client.</summary>
internal static class TestCalls
{
    public static Task<T> CallAsync<T>(this SwarmTestCluster cluster, Func<ISwarmClient, Task<T>> call)
    {
        try
        {
            return Task.FromResult(cluster.Drive(manager => call(manager.Client)));
        }
        catch (SwarmException exception)
        {
            return Task.FromException<T>(exception);
        }
    }

    public static Task CallAsync(this SwarmTestCluster cluster, Func<ISwarmClient, Task> call) =>
        cluster.CallAsync(async client =>
        {
            await call(client);
            return true;
        });

    public static async IAsyncEnumerable<T> ReadAsync<T>(
        this SwarmTestCluster cluster,
        Func<ISwarmClient, IAsyncEnumerable<T>> open,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (process, items) = cluster.Drive(manager => Task.FromResult(
            (manager.Process, open(manager.Client).GetAsyncEnumerator(cancellationToken))));
        try
        {
            while (cluster.Step(process, () => items.MoveNextAsync().AsTask()))
            {
                yield return items.Current;
            }
        }
        finally
        {
            if (process.IsRunning)
            {
                cluster.Step(process, async () =>
                {
                    await items.DisposeAsync();
                    return true;
                });
            }
        }
    }
}

internal sealed class TestServices(SwarmTestCluster cluster) : IServiceOperations
{
    public Task<Service> CreateAsync(ServiceSpec spec, CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Services.CreateAsync(spec, cancellationToken));

    public Task<Service> FindAsync(string reference, CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Services.FindAsync(reference, cancellationToken));

    public IAsyncEnumerable<Service> ListAsync(CancellationToken cancellationToken = default) =>
        cluster.ReadAsync(client => client.Services.ListAsync(cancellationToken), cancellationToken);

    public Task<Service> UpdateAsync(
        ServiceId id,
        ObjectVersion version,
        ServiceSpec spec,
        CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Services.UpdateAsync(id, version, spec, cancellationToken));

    public Task<Service> UpdateAsync(
        ServiceId id,
        Func<ServiceSpec, ServiceSpec> change,
        CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Services.UpdateAsync(id, change, cancellationToken));

    public Task<Service> RollbackAsync(
        ServiceId id,
        ObjectVersion? version = null,
        CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Services.RollbackAsync(id, version, cancellationToken));

    public Task RemoveAsync(ServiceId id, CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Services.RemoveAsync(id, cancellationToken));

    public Task<ServiceStatus> GetStatusAsync(ServiceId id, CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Services.GetStatusAsync(id, cancellationToken));

    public IAsyncEnumerable<ServiceProgress> WaitUntilConvergedAsync(
        ServiceId id,
        CancellationToken cancellationToken = default) =>
        cluster.ReadAsync(
            client => client.Services.WaitUntilConvergedAsync(id, cancellationToken),
            cancellationToken);

    public IAsyncEnumerable<ServiceProgress> WaitUntilConvergedAsync(
        Service asked,
        CancellationToken cancellationToken = default) =>
        cluster.ReadAsync(
            client => client.Services.WaitUntilConvergedAsync(asked, cancellationToken),
            cancellationToken);

    public IAsyncEnumerable<ServiceProgress> WaitUntilConvergedAsync(
        ServiceId id,
        TimeSpan stableFor,
        CancellationToken cancellationToken = default) =>
        cluster.ReadAsync(
            client => client.Services.WaitUntilConvergedAsync(id, stableFor, cancellationToken),
            cancellationToken);

    public Task<ServiceExplanation> ExplainAsync(string reference, CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Services.ExplainAsync(reference, cancellationToken));

    public IAsyncEnumerable<TaskLogLine> ReadLogsAsync(
        ServiceId id,
        LogOptions? options = null,
        CancellationToken cancellationToken = default) =>
        cluster.ReadAsync(client => client.Services.ReadLogsAsync(id, options, cancellationToken), cancellationToken);
}

internal sealed class TestTasks(SwarmTestCluster cluster) : ITaskOperations
{
    public Task<SwarmTask> FindAsync(string reference, CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Tasks.FindAsync(reference, cancellationToken));

    public IAsyncEnumerable<SwarmTask> ListAsync(
        TaskQuery? query = null,
        CancellationToken cancellationToken = default) =>
        cluster.ReadAsync(client => client.Tasks.ListAsync(query, cancellationToken), cancellationToken);

    public Task<TaskExplanation> ExplainAsync(string reference, CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Tasks.ExplainAsync(reference, cancellationToken));

    public IAsyncEnumerable<TaskLogLine> ReadLogsAsync(
        TaskId id,
        LogOptions? options = null,
        CancellationToken cancellationToken = default) =>
        cluster.ReadAsync(client => client.Tasks.ReadLogsAsync(id, options, cancellationToken), cancellationToken);
}

internal sealed class TestNodes(SwarmTestCluster cluster) : INodeOperations
{
    public Task<Node> FindAsync(string reference, CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Nodes.FindAsync(reference, cancellationToken));

    public IAsyncEnumerable<Node> ListAsync(CancellationToken cancellationToken = default) =>
        cluster.ReadAsync(client => client.Nodes.ListAsync(cancellationToken), cancellationToken);

    public Task<Node> UpdateAsync(
        NodeId id,
        ObjectVersion version,
        NodeSpec spec,
        CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Nodes.UpdateAsync(id, version, spec, cancellationToken));

    public Task RemoveAsync(NodeId id, bool force = false, CancellationToken cancellationToken = default) =>
        cluster.CallAsync(client => client.Nodes.RemoveAsync(id, force, cancellationToken));
}
