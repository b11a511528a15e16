namespace Swarm.Execution;

/// <summary>What to read of a task's output.</summary>
public sealed record LogOptions
{
    /// <summary>Both outputs from the start, without following.</summary>
    public static LogOptions All { get; } = new();

    /// <summary>Read standard output.</summary>
    /// <value>Default true.</value>
    public bool Stdout { get; init; } = true;

    /// <summary>Read standard error.</summary>
    /// <value>Default true.</value>
    public bool Stderr { get; init; } = true;

    /// <summary>Keep reading as the task writes.</summary>
    public bool Follow { get; init; }

    /// <summary>Only this many of the last lines; null means all.</summary>
    public int? Tail { get; init; }

    /// <summary>Only lines written at or after this time.</summary>
    public DateTimeOffset? Since { get; init; }
}
