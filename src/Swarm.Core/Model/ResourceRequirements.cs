namespace Swarm;

/// <summary>What a task may use at most, and what must be free on its node.</summary>
public sealed record ResourceRequirements
{
    /// <summary>What the task may use at most.</summary>
    public ResourceLimits? Limits { get; init; }

    /// <summary>What is set aside for the task; the scheduler counts only this.</summary>
    public NodeResources? Reservations { get; init; }

    /// <summary>Swap in bytes; null means the executor's default.</summary>
    public long? SwapBytes { get; init; }

    /// <summary>Swappiness 0 to 100; null means the executor's default.</summary>
    public long? MemorySwappiness { get; init; }
}
