namespace Swarm;

/// <summary>Amounts of resources: what a node has, or what a task sets aside.</summary>
public sealed record NodeResources
{
    /// <summary>Nothing.</summary>
    public static NodeResources None { get; } = new();

    /// <summary>Processor time in billionths of a processor.</summary>
    public long NanoCpus { get; init; }

    /// <summary>Memory in bytes.</summary>
    public long MemoryBytes { get; init; }

    /// <summary>User-defined resources.</summary>
    public ValueList<GenericResource> Generic { get; init; }
}
