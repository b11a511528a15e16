namespace Swarm;

/// <summary>A command that tells whether a task is well.</summary>
public sealed record HealthCheck
{
    /// <summary>
    /// <c>NONE</c> switches the image's check off; <c>CMD</c> runs the rest as it is; <c>CMD-SHELL</c> runs the second
    /// item in a shell; empty means the image's check.
    /// </summary>
    public ValueList<string> Test { get; init; }

    /// <summary>Time between checks; zero means 30 s (Docker's default).</summary>
    public TimeSpan Interval { get; init; }

    /// <summary>Time after which a check counts as failed; zero means 30 s (Docker's default).</summary>
    public TimeSpan Timeout { get; init; }

    /// <summary>Failures in a row that make a task unhealthy; zero means 3 (Docker's default).</summary>
    public int Retries { get; init; }

    /// <summary>Time after the start in which failures do not count.</summary>
    public TimeSpan StartPeriod { get; init; }

    /// <summary>Time between checks during <see cref="StartPeriod"/>; zero or null means 5 s (Docker's default).</summary>
    /// <remarks>Null in specs from before Docker 25; kept apart from zero, as a spec that differs replaces tasks.</remarks>
    public TimeSpan? StartInterval { get; init; }
}
