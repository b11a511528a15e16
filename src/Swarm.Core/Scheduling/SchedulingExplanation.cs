namespace Swarm.Scheduling;

/// <summary>Why a task was not placed: how many nodes each filter rejected.</summary>
public sealed class SchedulingExplanation
{
    private readonly bool _preassigned;

    internal SchedulingExplanation(
        IReadOnlyList<FilterRejection> rejections,
        bool preassigned,
        bool waitsForRoom = true)
    {
        WaitsForRoom = waitsForRoom;
        Rejections = rejections;
        _preassigned = preassigned;
    }

    /// <summary>Filters that rejected nodes, most rejections first; equal ones in the order of the filters.</summary>
    public IReadOnlyList<FilterRejection> Rejections { get; }

    /// <summary>True when a task that ends may make room; false when only a change of a node can help.</summary>
    internal bool WaitsForRoom { get; }

    /// <summary>The text that becomes the task's error, in Docker's words.</summary>
    /// <returns>
    /// <c>no suitable node (…; …)</c>, <c>no suitable node</c> when there are no nodes, or the reasons alone for a task
    /// that was bound to its node from the start.
    /// </returns>
    public override string ToString()
    {
        var reasons = string.Join("; ", Rejections.Select(rejection => rejection.Text));
        return _preassigned ? reasons : reasons.Length > 0 ? $"no suitable node ({reasons})" : "no suitable node";
    }
}

/// <summary>Nodes rejected by one filter.</summary>
/// <param name="Filter">Name of the filter.</param>
/// <param name="Nodes">How many nodes it rejected.</param>
/// <param name="Text">The same in words.</param>
public sealed record FilterRejection(string Filter, int Nodes, string Text);
