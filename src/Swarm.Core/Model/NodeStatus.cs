namespace Swarm;

/// <summary>Whether a node can be reached.</summary>
/// <param name="State">Its state.</param>
/// <param name="Message">Why, in SwarmKit's words.</param>
/// <param name="Address">The address its session came from.</param>
public sealed record NodeStatus(NodeState State, string Message = "", string Address = "");
