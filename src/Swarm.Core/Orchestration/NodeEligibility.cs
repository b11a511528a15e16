using System.Runtime.CompilerServices;
using Swarm.Scheduling;
using Swarm.Storage;

namespace Swarm.Orchestration;

/// <summary>What the orchestrators ask about nodes.</summary>
internal static class NodeEligibility
{
    private static readonly ConditionalWeakTable<Placement, ConstraintSet> Parsed = [];

    /// <summary>True when the node takes no tasks and keeps none: they have to move.</summary>
    public static bool IsLost(Node? node) =>
        node is null || node.Status.State == NodeState.Down || node.Spec.Availability == NodeAvailability.Drain;

    /// <summary>True when the node takes new tasks.</summary>
    public static bool IsOpen(Node node) =>
        node is { Status.State: NodeState.Ready, Spec.Availability: NodeAvailability.Active };

    /// <summary>True when a task sits on a node that is gone, down or being drained.</summary>
    public static bool IsOnLostNode(SwarmTask task, ClusterView view) =>
        !task.NodeId.IsEmpty && IsLost(view.Nodes.Find(task.NodeId.Value));

    /// <summary>True when the node satisfies the placement constraints.</summary>
    public static bool Matches(Node node, Placement? placement) =>
        placement is null
        || placement.Constraints.IsEmpty
        || Parsed.GetValue(placement, Parse).Matches(node);

    // The API lets no malformed constraint in; one that is there all the same must not stop running tasks.
    private static ConstraintSet Parse(Placement placement) =>
        ConstraintSet.TryParse(placement.Constraints, out var constraints) ? constraints : ConstraintSet.Empty;
}
