namespace Swarm;

/// <summary>A change of one object.</summary>
/// <param name="Change">What happened.</param>
/// <param name="Current">The object now; for a removal, as it last was.</param>
/// <param name="Previous">The object before; null for a creation.</param>
/// <param name="Version">Version of the transaction; all changes of one transaction share it.</param>
public sealed record ObjectChange(
    ChangeKind Change,
    ClusterObject Current,
    ClusterObject? Previous,
    ObjectVersion Version)
{
    /// <summary>
    /// Who asked for it, where that is known: only on the manager that led when it was made, and only until it has gone
    /// out of the history. Empty for what the swarm does by itself.
    /// </summary>
    public string Actor { get; init; } = "";

    /// <summary>When it was made, by the clock of the leader then; now where that is not known, as of removals.</summary>
    internal DateTimeOffset TimeOr(DateTimeOffset now)
    {
        var time = Change switch
        {
            ChangeKind.Created => Current.CreatedAt,
            ChangeKind.Updated => Current.UpdatedAt,
            _ => now,
        };
        return time == default ? now : time;
    }
}

/// <summary>What happened to an object; numbers are SwarmKit's <c>StoreActionKind</c>.</summary>
public enum ChangeKind
{
    /// <summary>Nothing known.</summary>
    Unknown = 0,

    /// <summary>Created.</summary>
    Created = 1,

    /// <summary>Updated.</summary>
    Updated = 2,

    /// <summary>Removed.</summary>
    Removed = 3,
}
