using System.Runtime.CompilerServices;
using Swarm.Control;
using Swarm.Identity;
using Swarm.Secrets;
using Swarm.Storage;

namespace Swarm.Hosting.Tests.DockerApi;

/// <summary>A swarm of a few nodes in memory; keeps what it was asked to do.</summary>
internal sealed class FakeSwarmClient : ISwarmClient, INodeOperations, IClusterOperations
{
    public List<Node> NodeList { get; } = [];

    public Cluster TheCluster { get; set; } = new() { Id = new("c1"), RootCa = new() };

    public string UnlockKey { get; set; } = "";

    /// <summary>Thrown by every operation.</summary>
    public Exception? Failure { get; set; }

    public (ObjectVersion Version, ClusterSpec Spec, TokenRotation Rotate)? ClusterUpdate { get; private set; }

    public (NodeId Id, ObjectVersion Version, NodeSpec Spec)? NodeUpdate { get; private set; }

    public (NodeId Id, bool Force)? NodeRemoval { get; private set; }

    public IServiceOperations Services => throw new NotSupportedException();

    public ITaskOperations Tasks => throw new NotSupportedException();

    public ISecretOperations Secrets { get; } = new SecretOperations(NewStore(), new RandomIdGenerator(), SecretVault.Plain);

    public IConfigOperations Configs { get; } = new ConfigOperations(NewStore(), new RandomIdGenerator());

    public INetworkOperations Networks { get; } = new NetworkOperations(NewStore(), new RandomIdGenerator());

    public INodeOperations Nodes => this;

    public IClusterOperations Cluster => this;

    public IAsyncEnumerable<ObjectChange> WatchAsync(WatchFilter? filter = null, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    async Task<Node> INodeOperations.FindAsync(string reference, CancellationToken cancellationToken)
    {
        await Task.Yield();
        ThrowIfFailing();
        var found = NodeList.Where(node => node.Id.Value == reference).ToArray();
        found = found.Length > 0 ? found : [.. NodeList.Where(node => node.Description?.Hostname == reference)];
        found = found.Length > 0 ? found : [.. NodeList.Where(node => node.Id.Value.StartsWith(reference))];
        return found.Length switch
        {
            0 => throw new SwarmException(SwarmErrorCode.NotFound, $"node {reference} not found"),
            1 => found[0],
            _ => throw new SwarmException(
                SwarmErrorCode.InvalidArgument, $"node {reference} is ambiguous ({found.Length} matches found)"),
        };
    }

    async IAsyncEnumerable<Node> INodeOperations.ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ThrowIfFailing();
        foreach (var node in NodeList)
        {
            await Task.Yield();
            yield return node;
        }
    }

    Task<Node> INodeOperations.UpdateAsync(
        NodeId id, ObjectVersion version, NodeSpec spec, CancellationToken cancellationToken)
    {
        NodeUpdate = (id, version, spec);
        var node = NodeList.Single(candidate => candidate.Id == id);
        return version == node.Version
            ? Task.FromResult(node with { Spec = spec })
            : throw new SwarmException(SwarmErrorCode.UpdateOutOfSequence, "update out of sequence");
    }

    Task INodeOperations.RemoveAsync(NodeId id, bool force, CancellationToken cancellationToken)
    {
        NodeRemoval = (id, force);
        return force
            ? Task.CompletedTask
            : throw new SwarmException(
                SwarmErrorCode.FailedPrecondition, $"node {id} is not down and can't be removed");
    }

    Task<Cluster> IClusterOperations.GetAsync(CancellationToken cancellationToken)
    {
        ThrowIfFailing();
        return Task.FromResult(TheCluster);
    }

    Task<Cluster> IClusterOperations.UpdateAsync(
        ObjectVersion version, ClusterSpec spec, TokenRotation rotate, CancellationToken cancellationToken)
    {
        ThrowIfFailing();
        ClusterUpdate = (version, spec, rotate);
        return Task.FromResult(TheCluster);
    }

    Task<string> IClusterOperations.GetUnlockKeyAsync(CancellationToken cancellationToken)
    {
        ThrowIfFailing();
        return Task.FromResult(UnlockKey);
    }

    private void ThrowIfFailing()
    {
        if (Failure is { } failure)
        {
            throw failure;
        }
    }

    private static ClusterStore NewStore() => new(new InProcessProposer(), TimeProvider.System);
}
