using Swarm.Storage;

namespace Swarm.Orchestration;

/// <summary>What the orchestrators ask about nodes.</summary>
internal static class NodeEligibility
{
    /// <summary>True when the node takes no tasks and keeps none: they have to move.</summary>
    public static bool IsLost(Node? node) =>
        node is null || node.Status.State == NodeState.Down || node.Spec.Availability == NodeAvailability.Drain;

    /// <summary>True when a task sits on a node that is gone, down or being drained.</summary>
    public static bool IsOnLostNode(SwarmTask task, ClusterView view) =>
        !task.NodeId.IsEmpty && IsLost(view.Nodes.Find(task.NodeId.Value));

    /// <summary>True when the node satisfies the placement constraints.</summary>
    public static bool Matches(Node node, Placement? placement)
    {
        foreach (var constraint in placement?.Constraints ?? default)
        {
            if (!Holds(node, constraint))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Holds(Node node, string constraint)
    {
        var equal = constraint.IndexOf("==", StringComparison.Ordinal);
        var at = equal >= 0 ? equal : constraint.IndexOf("!=", StringComparison.Ordinal);
        if (at < 0)
        {
            return false;
        }

        var actual = ValueOf(node, constraint[..at].Trim());
        var expected = constraint[(at + 2)..].Trim();
        return actual is not null
            && string.Equals(actual, expected, StringComparison.OrdinalIgnoreCase) == (equal >= 0);
    }

    private static string? ValueOf(Node node, string key)
    {
        const string labels = "node.labels.";
        if (key.StartsWith(labels, StringComparison.OrdinalIgnoreCase))
        {
            return node.Spec.Labels.TryGetValue(key[labels.Length..], out var value) ? value : "";
        }

        return key.ToUpperInvariant() switch
        {
            "NODE.ID" => node.Id.Value,
            "NODE.HOSTNAME" => node.Description?.Hostname ?? "",
            "NODE.ROLE" => node.Role.ToString(),
            _ => null,
        };
    }
}
