namespace Swarm;

/// <summary>When a task that ended is replaced by a new one in its slot.</summary>
public sealed record RestartPolicy
{
    /// <summary>The delay that applies when a policy names none: 5 s (SwarmKit's default).</summary>
    public static readonly TimeSpan DefaultDelay = TimeSpan.FromSeconds(5);

    /// <summary>Always, after 5 s, without limit.</summary>
    public static RestartPolicy Default { get; } = new() { Delay = DefaultDelay };

    /// <summary>After which ends to replace.</summary>
    /// <value>Default <see cref="RestartCondition.Any"/>.</value>
    public RestartCondition Condition { get; init; } = RestartCondition.Any;

    /// <summary>Pause before the replacement starts; null means <see cref="DefaultDelay"/>.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>How many replacements a slot gets (within <see cref="Window"/>, if set); 0 means no limit.</summary>
    public ulong MaxAttempts { get; init; }

    /// <summary>The span in which <see cref="MaxAttempts"/> are counted; zero or null means since the spec last changed.</summary>
    public TimeSpan? Window { get; init; }
}
