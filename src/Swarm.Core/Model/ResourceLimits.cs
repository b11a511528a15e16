namespace Swarm;

/// <summary>What a task may use at most; 0 means no limit.</summary>
public sealed record ResourceLimits
{
    /// <summary>Processor time in billionths of a processor.</summary>
    public long NanoCpus { get; init; }

    /// <summary>Memory in bytes.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>Number of processes.</summary>
    public long Pids { get; init; }

    /// <summary>User-defined resources; SwarmKit keeps them, nothing enforces them.</summary>
    public ValueList<GenericResource> Generic { get; init; }
}
