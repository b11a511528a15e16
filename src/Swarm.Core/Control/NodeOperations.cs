using Swarm.Storage;

namespace Swarm.Control;

/// <summary>Nodes, for callers on the leader.</summary>
internal sealed class NodeOperations(ClusterStore store, Func<NodeId, ManagerStatus?> managerStatus) : INodeOperations
{
    public Task<Node> FindAsync(string reference, CancellationToken cancellationToken = default) =>
        Task.FromResult(WithManagerStatus(References.Node(store.Current, reference)));

    public IAsyncEnumerable<Node> ListAsync(CancellationToken cancellationToken = default) =>
        store.Current.Nodes.Select(WithManagerStatus).ToAsyncEnumerable();

    public async Task<Node> UpdateAsync(
        NodeId id,
        ObjectVersion version,
        NodeSpec spec,
        CancellationToken cancellationToken = default)
    {
        SpecSize.Check("node", SpecSize.Of(spec.Labels));
        var node = await store.UpdateAsync(
            transaction => NodeChanges.Update(transaction, id, version, spec, managerStatus),
            cancellationToken);
        return WithManagerStatus(node);
    }

    public Task RemoveAsync(NodeId id, bool force = false, CancellationToken cancellationToken = default) =>
        store.UpdateAsync(
            transaction => NodeChanges.Remove(transaction, id, force, managerStatus),
            cancellationToken).AsTask();

    private Node WithManagerStatus(Node node) =>
        managerStatus(node.Id) is { } status ? node with { ManagerStatus = status } : node;
}
