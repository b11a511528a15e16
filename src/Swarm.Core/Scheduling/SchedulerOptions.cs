namespace Swarm.Scheduling;

/// <summary>Settings of the scheduler.</summary>
public sealed class SchedulerOptions
{
    /// <summary>How long changes must rest before tasks are placed, so that one pass serves many of them.</summary>
    /// <value>Default 50 ms; zero places at once.</value>
    public TimeSpan DebounceGap { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a change may wait for others at most.</summary>
    /// <value>Default 1 s.</value>
    public TimeSpan DebounceLimit { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a failed task counts against its node.</summary>
    /// <value>Default 5 minutes.</value>
    public TimeSpan FailureLookback { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>From how many recent failures of a service on a node other nodes are preferred.</summary>
    /// <value>Default 5; at least 1.</value>
    public int FailureThreshold { get; set; } = 5;
}
