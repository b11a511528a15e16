namespace Swarm;

/// <summary>How tasks are replaced when a service changes or is rolled back.</summary>
public sealed record UpdatePolicy
{
    /// <summary>One task at a time, no delay, pause on the first failure, stop-first, 5 s of monitoring (SwarmKit's defaults).</summary>
    public static UpdatePolicy Default { get; } = new();

    /// <summary>Slots replaced at once; 0 means all of them.</summary>
    /// <value>Default 1.</value>
    public ulong Parallelism { get; init; } = 1;

    /// <summary>Pause after each slot.</summary>
    /// <value>Default zero.</value>
    public TimeSpan Delay { get; init; }

    /// <summary>What a failing task causes.</summary>
    /// <value>Default <see cref="FailureAction.Pause"/>.</value>
    public FailureAction FailureAction { get; init; }

    /// <summary>How long after its start a task's failure counts against the update; null means 5 s.</summary>
    /// <value>Default null.</value>
    public TimeSpan? Monitor { get; init; }

    /// <summary>Share of failed slots (0 to 1) above which <see cref="FailureAction"/> is taken.</summary>
    /// <value>Default 0: the first failure.</value>
    public float MaxFailureRatio { get; init; }

    /// <summary>Whether the old task stops before or after the new one starts.</summary>
    /// <value>Default <see cref="UpdateOrder.StopFirst"/>.</value>
    public UpdateOrder Order { get; init; }
}
