namespace Swarm.Execution;

/// <summary>What outlives the controller of a scripted task: whether it runs, since when, how it ended.</summary>
internal sealed class InMemoryTask(
    SwarmTask definition,
    int number,
    TimeProvider timeProvider,
    Action<InMemoryTask> dismiss)
{
    // Without asynchronous continuations: those would pass through the thread pool, and a simulation would run ahead of
    // them. Whoever waits here waits on a scheduler of its own, so nothing runs inside the call that ends the task.
    private readonly TaskCompletionSource<TaskExit> _ended = new();

    internal SwarmTask Definition { get; set; } = definition;

    /// <summary>Stands for a process id.</summary>
    internal int Number => number;

    internal string ContainerId { get; } = number.ToString("x64", System.Globalization.CultureInfo.InvariantCulture);

    internal TimeProvider TimeProvider => timeProvider;

    internal DateTimeOffset? StartedAt { get; private set; }

    internal bool IsPrepared { get; set; }

    internal int PrepareCalls { get; set; }

    internal bool IsRunning => StartedAt is not null && !_ended.Task.IsCompleted;

    /// <summary>How it ended; null before.</summary>
    internal TaskExit? Exit { get; private set; }

    internal Task<TaskExit> Ended => _ended.Task;

    internal void Start() => StartedAt ??= timeProvider.GetUtcNow();

    internal void End(TaskExit exit)
    {
        if (_ended.TrySetResult(exit))
        {
            Exit = exit;
        }
    }

    internal void Dismiss() => dismiss(this);
}
