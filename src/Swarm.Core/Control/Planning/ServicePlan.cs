namespace Swarm;

/// <summary>What creating or updating a service would do, worked out on the state of one moment; nothing is changed.</summary>
public sealed record ServicePlan
{
    /// <summary>What kind of change it would be.</summary>
    public required ServicePlanKind Kind { get; init; }

    /// <summary>Why it would be refused, in the words of the refusal; empty when it would not.</summary>
    public ValueList<string> Conflicts { get; init; }

    /// <summary>Tasks that would be started, those that replace others included.</summary>
    public long TasksToStart { get; init; }

    /// <summary>Tasks that would be stopped, those that are replaced included.</summary>
    public long TasksToStop { get; init; }

    /// <summary>Slots whose task would be replaced by one of the new spec, in the steps of the update policy.</summary>
    public long SlotsToReplace { get; init; }

    /// <summary>Where the new tasks would run by what is free now, by node id.</summary>
    public ValueList<PlannedPlacement> Placements { get; init; }

    /// <summary>Tasks for which there is no node now, and why.</summary>
    public ValueList<PlannedShortage> Unplaced { get; init; }
}

/// <summary>Kinds of changes.</summary>
public enum ServicePlanKind
{
    /// <summary>The service would be created.</summary>
    Create = 0,

    /// <summary>A service of this name would be updated.</summary>
    Update = 1,

    /// <summary>The service is as asked for.</summary>
    Nothing = 2,

    /// <summary>The request would be refused.</summary>
    Refused = 3,
}

/// <summary>New tasks on one node.</summary>
/// <param name="Node">The node.</param>
/// <param name="Hostname">Its host name; empty when it told none.</param>
/// <param name="Tasks">How many new tasks would run there.</param>
public sealed record PlannedPlacement(NodeId Node, string Hostname, long Tasks);

/// <summary>New tasks without a node.</summary>
/// <param name="Tasks">How many.</param>
/// <param name="Reason">Why, as the tasks would show it.</param>
public sealed record PlannedShortage(long Tasks, string Reason);
