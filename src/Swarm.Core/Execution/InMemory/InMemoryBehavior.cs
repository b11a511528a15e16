namespace Swarm.Execution;

/// <summary>What a scripted task does; all times are measured by the executor's clock.</summary>
public sealed record InMemoryBehavior
{
    /// <summary>Starts at once and runs until it is stopped.</summary>
    public static InMemoryBehavior RunForever { get; } = new();

    /// <summary>Why <see cref="ITaskController.PrepareAsync"/> rejects the task; null means it does not.</summary>
    public string? Rejection { get; init; }

    /// <summary>Why <see cref="ITaskController.StartAsync"/> fails; null means it does not.</summary>
    public string? StartFailure { get; init; }

    /// <summary>How often <see cref="ITaskController.PrepareAsync"/> fails for the moment before it succeeds.</summary>
    public int TransientFailures { get; init; }

    /// <summary>How long preparing takes.</summary>
    public TimeSpan PrepareDelay { get; init; }

    /// <summary>How long starting takes: until the task is healthy.</summary>
    public TimeSpan HealthyAfter { get; init; }

    /// <summary>Time from the start to becoming unhealthy; null means never.</summary>
    public TimeSpan? UnhealthyAfter { get; init; }

    /// <summary>Time from the start to the end; null means it does not end by itself.</summary>
    public TimeSpan? ExitAfter { get; init; }

    /// <summary>Exit code when it ends by itself.</summary>
    public int ExitCode { get; init; }

    /// <summary>How long it takes to stop after the stop signal.</summary>
    public TimeSpan StopDelay { get; init; }

    /// <summary>The step that never ends unless it is cancelled.</summary>
    public InMemoryStep HangsIn { get; init; }

    /// <summary>Lines it writes to standard output when it starts.</summary>
    public ValueList<string> Output { get; init; }

    /// <summary>Runs for a while and ends.</summary>
    /// <param name="exitCode">Exit code.</param>
    /// <param name="after">Time from the start to the end.</param>
    /// <returns>The behaviour.</returns>
    public static InMemoryBehavior Exit(int exitCode, TimeSpan after = default) =>
        new() { ExitCode = exitCode, ExitAfter = after };

    /// <summary>Is rejected by the node.</summary>
    /// <param name="error">Why.</param>
    /// <returns>The behaviour.</returns>
    public static InMemoryBehavior Reject(string error) => new() { Rejection = error };

    /// <summary>Cannot be started.</summary>
    /// <param name="error">Why.</param>
    /// <returns>The behaviour.</returns>
    public static InMemoryBehavior FailToStart(string error) => new() { StartFailure = error };

    /// <summary>Never gets past a step.</summary>
    /// <param name="step">The step.</param>
    /// <returns>The behaviour.</returns>
    public static InMemoryBehavior Hang(InMemoryStep step) => new() { HangsIn = step };
}
