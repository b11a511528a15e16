using System.Text.Json;

namespace Swarm.Tool.Stacks;

/// <summary>How many tasks a service wants, and how many of them are there.</summary>
internal sealed record ServiceMode(string Name, ulong? Wanted)
{
    public bool IsJob => Name is "ReplicatedJob" or "GlobalJob";

    /// <summary>Null when the manager does not say how many replicas there are to be.</summary>
    public static ServiceMode? Of(JsonElement service)
    {
        var mode = service.At("Spec", "Mode");
        if (mode.At("Replicated", "Replicas").ValueKind == JsonValueKind.Number)
        {
            return new("Replicated", mode.NumberAt("Replicated", "Replicas"));
        }

        if (mode.At("ReplicatedJob").ValueKind == JsonValueKind.Object)
        {
            return new("ReplicatedJob", mode.NumberAt("ReplicatedJob", "TotalCompletions"));
        }

        return mode.At("Global").ValueKind == JsonValueKind.Object ? new("Global", null)
            : mode.At("GlobalJob").ValueKind == JsonValueKind.Object ? new("GlobalJob", null)
            : null;
    }

    /// <summary>Tasks that are as they should be, and how many there should be; negative while that is not known.</summary>
    public (int Done, int Wanted) Progress(List<JsonElement> tasks, HashSet<string> nodes)
    {
        var current = tasks.Where(task =>
            task.TextAt("NodeID") is var node && (node.Length == 0 || nodes.Contains(node))).ToList();
        var done = IsJob
            ? current.Count(task => task.TextAt("Status", "State") == "complete")
            : current.Count(task => task.TextAt("DesiredState") is "running" or "ready"
                && task.TextAt("Status", "State") == "running");
        var wanted = Wanted is { } replicas
            ? (int)Math.Min(replicas, int.MaxValue)
            : current.Select(task => task.TextAt("NodeID")).Where(node =>
                node.Length > 0).Distinct(StringComparer.Ordinal).Count();
        return (done, Wanted is null && tasks.Count == 0 && nodes.Count > 0 ? -1 : wanted);
    }
}
