namespace Swarm.Storage;

/// <summary>Which changes a subscription gets.</summary>
/// <param name="NodeId">Only this node and the tasks on it; empty for everything.</param>
internal readonly record struct WatchScope(NodeId NodeId)
{
    public static WatchScope All => default;

    public static WatchScope ForNode(NodeId nodeId) => new(nodeId);
}
