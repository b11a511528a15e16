namespace Swarm.Dispatch;

/// <summary>A change of what is known of a node; null leaves a part as it is.</summary>
internal sealed record NodeWrite(
    NodeState State,
    string Message = "",
    string? Address = null,
    NodeDescription? Description = null)
{
    /// <summary>This change followed by another.</summary>
    public NodeWrite Then(NodeWrite later) => later with
    {
        Address = later.Address ?? Address,
        Description = later.Description ?? Description,
    };

    public Node ApplyTo(Node node) => node with
    {
        Status = new NodeStatus(State, Message, Address ?? node.Status.Address),
        Description = Description ?? node.Description,
    };
}
