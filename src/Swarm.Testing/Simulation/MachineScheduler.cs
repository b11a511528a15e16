namespace Swarm.Testing;

/// <summary>Whether a machine has power. Without, whatever was to run on it never does: not even the ends of its loops.</summary>
internal sealed class PowerSwitch
{
    public bool IsOn { get; private set; } = true;

    public void TurnOff() => IsOn = false;
}

/// <summary>A machine, or a device of it, on the one thread of a simulation.</summary>
/// <param name="thread">The thread.</param>
/// <param name="power">The machine's power.</param>
/// <param name="time">The clock of the simulation.</param>
/// <param name="latency">How long each piece of work waits before it is done; null for not at all.</param>
internal sealed class MachineScheduler(
    SingleThreadScheduler thread,
    PowerSwitch power,
    TimeProvider time,
    Func<TimeSpan>? latency = null) : TaskScheduler
{
    /// <summary>Called after each piece of work.</summary>
    public Action? AfterStep { get; set; }

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Starts work; everything it awaits comes back here.</summary>
    public Task StartAsync(Func<Task> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, this).Unwrap();

    /// <inheritdoc cref="StartAsync(Func{Task})"/>
    public Task<T> StartAsync<T>(Func<Task<T>> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, this).Unwrap();

    internal void Run(Task task)
    {
        if (power.IsOn)
        {
            TryExecuteTask(task);
            AfterStep?.Invoke();
        }
    }

    /// <inheritdoc/>
    protected override void QueueTask(Task task)
    {
        if (!power.IsOn)
        {
            return;
        }

        if (latency?.Invoke() is { Ticks: > 0 } wait)
        {
            Later.Run(time, wait, () => thread.Queue(task, this));
        }
        else
        {
            thread.Queue(task, this);
        }
    }

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => [];
}

/// <summary>Something to be done once, at a later time.</summary>
internal static class Later
{
    public static ITimer Run(TimeProvider time, TimeSpan wait, Action action) => time.CreateTimer(
        static state => ((Action)state!)(),
        action,
        wait,
        Timeout.InfiniteTimeSpan);
}
