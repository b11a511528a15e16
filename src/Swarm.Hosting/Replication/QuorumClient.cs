using System.Runtime.CompilerServices;
using Swarm.Hosting.Wire.Mapping;
using Protos = Swarm.Hosting.Wire.Protos;

namespace Swarm.Hosting.Replication;

/// <summary>
/// The swarm through any of its managers: writes go to the leader, reads are answered here as soon as everything is
/// here
/// that was acknowledged before.
/// </summary>
/// <param name="local">The client of this manager's own store.</param>
/// <param name="leader">The way to the leader.</param>
/// <param name="stopping">Ends what would go on without an end.</param>
internal sealed class QuorumClient(
    ISwarmClient local, LeaderAccess leader, CancellationToken stopping = default) : ISwarmClient
{
    public IServiceOperations Services { get; } = new QuorumServices(local, leader, stopping);

    public ITaskOperations Tasks { get; } = new QuorumTasks(local, leader, stopping);

    public INodeOperations Nodes { get; } = new QuorumNodes(local, leader);

    public ISecretOperations Secrets { get; } = new QuorumSecrets(local, leader);

    public IConfigOperations Configs { get; } = new QuorumConfigs(local, leader);

    public INetworkOperations Networks { get; } = new QuorumNetworks(local, leader);

    public IClusterOperations Cluster { get; } = new QuorumCluster(local, leader);

    public Task<ServicePlan> PlanAsync(ServiceSpec spec, CancellationToken cancellationToken = default) =>
        CaughtUp.ReadAsync(leader, () => local.PlanAsync(spec, cancellationToken), cancellationToken);

    // The changes are those of the log, which comes here too.
    public IAsyncEnumerable<ObjectChange> WatchAsync(
        WatchFilter? filter = null,
        CancellationToken cancellationToken = default) => CaughtUp.UntilAsync(
            local.WatchAsync(filter, cancellationToken), stopping, cancellationToken);

    /// <summary>The same client, whose endless sequences end with a token as well.</summary>
    public QuorumClient Until(CancellationToken token) => new(local, leader, token);
}

/// <summary>What only the leader's process can do.</summary>
internal static class OnLeaderOnly
{
    public static SwarmException Refuse(string operation) => new(
        SwarmErrorCode.Unimplemented,
        $"{operation} works on the manager that leads the swarm only; \"docker node ls\" shows which one that is");
}

/// <summary>Lists that begin when everything is here.</summary>
internal static class CaughtUp
{
    public static async IAsyncEnumerable<T> ListAsync<T>(
        LeaderAccess leader,
        Func<IAsyncEnumerable<T>> list,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await leader.CatchUpAsync(cancellationToken);
        await foreach (var item in list().WithCancellation(cancellationToken))
        {
            yield return item;
        }
    }

    /// <summary>The same for what may go on without an end.</summary>
    public static IAsyncEnumerable<T> FollowAsync<T>(
        LeaderAccess leader,
        Func<IAsyncEnumerable<T>> list,
        CancellationToken stopping,
        CancellationToken cancellationToken) =>
        UntilAsync(ListAsync(leader, list, cancellationToken), stopping, cancellationToken);

    /// <summary>Ends a sequence with either token.</summary>
    public static async IAsyncEnumerable<T> UntilAsync<T>(
        IAsyncEnumerable<T> items,
        CancellationToken stopping,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        await foreach (var item in items.WithCancellation(either.Token))
        {
            yield return item;
        }
    }

    public static async Task<T> ReadAsync<T>(
        LeaderAccess leader,
        Func<Task<T>> read,
        CancellationToken cancellationToken)
    {
        await leader.CatchUpAsync(cancellationToken);
        return await read();
    }
}

/// <summary>Nodes. How managers are reached is known to the leader alone, so it is asked for those, too.</summary>
internal sealed class QuorumNodes(ISwarmClient local, LeaderAccess leader) : INodeOperations
{
    public async Task<Node> FindAsync(string reference, CancellationToken cancellationToken = default)
    {
        await leader.CatchUpAsync(cancellationToken);
        var found = await local.Nodes.FindAsync(reference, cancellationToken);
        var answer = await leader.CallAsync(
            async () => new Protos.GetNodeResponse
            {
                Node = (await local.Nodes.FindAsync(found.Id.Value, cancellationToken)).ToWire(),
            },
            channel => new Protos.Control.ControlClient(channel).GetNodeAsync(
                new() { NodeId = found.Id.Value },
                cancellationToken: cancellationToken),
            cancellationToken);
        return answer.Node.ToRecord();
    }

    public async IAsyncEnumerable<Node> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken =
        default)
    {
        await leader.CatchUpAsync(cancellationToken);
        var answer = await leader.CallAsync(
            async () =>
            {
                var here = new Protos.ListNodesResponse();
                await foreach (var node in local.Nodes.ListAsync(cancellationToken))
                {
                    here.Nodes.Add(node.ToWire());
                }

                return here;
            },
            channel => new Protos.Control.ControlClient(channel).ListNodesAsync(
                new(),
                cancellationToken: cancellationToken),
            cancellationToken);
        foreach (var node in answer.Nodes)
        {
            yield return node.ToRecord();
        }
    }

    public async Task<Node> UpdateAsync(
        NodeId id,
        ObjectVersion version,
        NodeSpec spec,
        CancellationToken cancellationToken = default)
    {
        var answer = await leader.CallAsync(
            async () => new Protos.UpdateNodeResponse
            {
                Node = (await local.Nodes.UpdateAsync(id, version, spec, cancellationToken)).ToWire(),
            },
            channel => new Protos.Control.ControlClient(channel).UpdateNodeAsync(
                new() { NodeId = id.Value, NodeVersion = version.ToWire(), Spec = spec.ToWire() },
                cancellationToken: cancellationToken),
            cancellationToken);
        return answer.Node.ToRecord();
    }

    public Task RemoveAsync(NodeId id, bool force = false, CancellationToken cancellationToken = default) =>
        leader.CallAsync(
            async () =>
            {
                await local.Nodes.RemoveAsync(id, force, cancellationToken);
                return new Protos.RemoveNodeResponse();
            },
            channel => new Protos.Control.ControlClient(channel).RemoveNodeAsync(
                new() { NodeId = id.Value, Force = force },
                cancellationToken: cancellationToken),
            cancellationToken);
}

/// <summary>The swarm itself.</summary>
internal sealed class QuorumCluster(ISwarmClient local, LeaderAccess leader) : IClusterOperations
{
    public Task<Cluster> GetAsync(CancellationToken cancellationToken = default) =>
        CaughtUp.ReadAsync(leader, () => local.Cluster.GetAsync(cancellationToken), cancellationToken);

    public async Task<Cluster> UpdateAsync(
        ObjectVersion version,
        ClusterSpec spec,
        TokenRotation rotate = TokenRotation.None,
        CancellationToken cancellationToken = default)
    {
        var id = (await GetAsync(cancellationToken)).Id;
        var answer = await leader.CallAsync(
            async () => new Protos.UpdateClusterResponse
            {
                Cluster = (await local.Cluster.UpdateAsync(version, spec, rotate, cancellationToken)).ToWire(),
            },
            channel => new Protos.Control.ControlClient(channel).UpdateClusterAsync(
                new()
                {
                    ClusterId = id.Value,
                    ClusterVersion = version.ToWire(),
                    Spec = spec.ToWire(),
                    Rotation = new()
                    {
                        WorkerJoinToken = rotate.HasFlag(TokenRotation.WorkerToken),
                        ManagerJoinToken = rotate.HasFlag(TokenRotation.ManagerToken),
                        ManagerUnlockKey = rotate.HasFlag(TokenRotation.ManagerUnlockKey),
                    },
                },
                cancellationToken: cancellationToken),
            cancellationToken);
        return answer.Cluster.ToRecord();
    }

    public Task<string> GetUnlockKeyAsync(CancellationToken cancellationToken = default) =>
        CaughtUp.ReadAsync(leader, () => local.Cluster.GetUnlockKeyAsync(cancellationToken), cancellationToken);

    public Task<RootRotationStatus> GetRootRotationAsync(CancellationToken cancellationToken = default) =>
        CaughtUp.ReadAsync(leader, () => local.Cluster.GetRootRotationAsync(cancellationToken), cancellationToken);

    public Task<string> CreateJoinTokenAsync(JoinTokenGrant grant, CancellationToken cancellationToken = default) =>
        leader.Connect() is null
            ? local.Cluster.CreateJoinTokenAsync(grant, cancellationToken)
            : throw OnLeaderOnly.Refuse("creating a join token");

    public Task RemoveJoinTokenAsync(string name, CancellationToken cancellationToken = default) =>
        leader.Connect() is null
            ? local.Cluster.RemoveJoinTokenAsync(name, cancellationToken)
            : throw OnLeaderOnly.Refuse("removing a join token");

    public Task<ValueList<JoinTokenGrant>> ListJoinTokensAsync(CancellationToken cancellationToken = default) =>
        CaughtUp.ReadAsync(leader, () => local.Cluster.ListJoinTokensAsync(cancellationToken), cancellationToken);
}
