namespace Swarm;

/// <summary>Where tasks may run.</summary>
public sealed record Placement
{
    /// <summary>Constraints such as <c>node.labels.zone==a</c>; all must hold.</summary>
    public ValueList<string> Constraints { get; init; }

    /// <summary>Labels to spread over, most important first.</summary>
    public ValueList<PlacementPreference> Preferences { get; init; }

    /// <summary>Platforms the workload supports; empty means any.</summary>
    public ValueList<Platform> Platforms { get; init; }

    /// <summary>How many tasks of the service one node may have; 0 means no limit.</summary>
    public ulong MaxReplicas { get; init; }
}
