using System.Runtime.CompilerServices;
using Swarm.Certificates;
using Swarm.Certificates.Rotation;
using Swarm.Identity;
using Swarm.Secrets;
using Swarm.Storage;

namespace Swarm.Control;

/// <summary>The control API on the leader: checks what is asked, writes it to the store, reads from there.</summary>
internal sealed class SwarmClient(
    ClusterStore store,
    IIdGenerator ids,
    TimeProvider time,
    RandomBytes random,
    LogReader logs,
    Func<NodeId, ManagerStatus?> managerStatus,
    IExternalCaClient? externalCas = null,
    SecretVault? vault = null) : ISwarmClient
{
    /// <summary>Changes a watching client may be behind before it is cut off.</summary>
    private const int WatchLimit = 100_000;

    public IServiceOperations Services { get; } =
        new ServiceOperations(store, ids, time, logs);

    public ITaskOperations Tasks { get; } = new TaskOperations(store, logs);

    public INodeOperations Nodes { get; } = new NodeOperations(store, managerStatus);

    public ISecretOperations Secrets { get; } = new SecretOperations(store, ids, vault ?? SecretVault.Plain);

    public IConfigOperations Configs { get; } = new ConfigOperations(store, ids);

    public INetworkOperations Networks { get; } = new NetworkOperations(store, ids);

    public IClusterOperations Cluster { get; } = new ClusterOperations(store, random, time, externalCas);

    public Task<ServicePlan> PlanAsync(ServiceSpec spec, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return Task.FromResult(ServicePlanner.Plan(store.Current, spec, time.GetUtcNow(), ids));
    }

    // "From now on" begins with this call, however late the reading starts.
    public IAsyncEnumerable<ObjectChange> WatchAsync(
        WatchFilter? filter = null,
        CancellationToken cancellationToken = default) =>
        WatchAsync(
            filter?.Kind ?? ObjectKind.None,
            filter?.ResumeFrom ?? store.Current.Version,
            cancellationToken);

    private async IAsyncEnumerable<ObjectChange> WatchAsync(
        ObjectKind kind,
        ObjectVersion after,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var feed = store.Watch(resumeFrom: after, limit: WatchLimit);
        while (await feed.WaitAsync(cancellationToken))
        {
            while (feed.TryRead(out var transaction))
            {
                foreach (var change in transaction.Changes)
                {
                    if (kind == ObjectKind.None || change.Current.Kind == kind)
                    {
                        yield return Redacted(change);
                    }
                }
            }
        }
    }

    private static ObjectChange Redacted(ObjectChange change) => change with
    {
        Current = Redaction.Of(change.Current),
        Previous = change.Previous is { } previous ? Redaction.Of(previous) : null,
    };
}
