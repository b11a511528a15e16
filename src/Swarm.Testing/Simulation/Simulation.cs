namespace Swarm.Testing;

/// <summary>One thread, one virtual clock: runs everything that can run, then moves time to the next timer.</summary>
public sealed class Simulation
{
    /// <summary>The clock.</summary>
    public VirtualTimeProvider Time { get; } = new();

    /// <summary>Where everything runs.</summary>
    public SingleThreadScheduler Scheduler { get; } = new();

    /// <summary>Starts a loop; it first runs at the next step.</summary>
    /// <param name="loop">The loop.</param>
    /// <returns>Completes with the loop.</returns>
    public Task StartAsync(Func<Task> loop) => Scheduler.StartAsync(loop);

    /// <summary>Runs what can run now, without moving time.</summary>
    public void Settle() => Scheduler.RunUntilIdle();

    /// <summary>Moves time forward, stopping at every timer on the way to run what it set off.</summary>
    /// <param name="span">How far.</param>
    public void Advance(TimeSpan span)
    {
        var end = Time.GetUtcNow() + span;
        Settle();
        while (Time.FireNextUpTo(end))
        {
            Settle();
        }

        Time.MoveTo(end);
        Settle();
    }

    /// <summary>Moves time forward timer by timer until a condition holds.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="limit">Virtual time after which to give up.</param>
    /// <returns>True when the condition holds.</returns>
    public bool AdvanceUntil(Func<bool> condition, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var end = Time.GetUtcNow() + limit;
        Settle();
        while (!condition())
        {
            if (!Time.FireNextUpTo(end))
            {
                return false;
            }

            Settle();
        }

        return true;
    }

    /// <summary>Runs an operation to its end, moving time as far as needed.</summary>
    /// <typeparam name="T">Type of the result.</typeparam>
    /// <param name="operation">The operation.</param>
    /// <param name="limit">Virtual time after which to give up; null means one hour.</param>
    /// <returns>The result.</returns>
    /// <exception cref="TimeoutException">The operation did not end in time.</exception>
    public T Run<T>(Func<Task<T>> operation, TimeSpan? limit = null)
    {
        var task = Task.Factory
            .StartNew(operation, CancellationToken.None, TaskCreationOptions.None, Scheduler)
            .Unwrap();
        if (!AdvanceUntil(() => task.IsCompleted, limit ?? TimeSpan.FromHours(1)))
        {
            throw new TimeoutException($"the operation did not end by virtual time {Time.GetUtcNow():O}");
        }

#pragma warning disable VSTHRD002 // The task has completed.
        return task.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    /// <summary>Runs an operation to its end, moving time as far as needed.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="limit">Virtual time after which to give up; null means one hour.</param>
    /// <exception cref="TimeoutException">The operation did not end in time.</exception>
    public void Run(Func<Task> operation, TimeSpan? limit = null) =>
        Run(
            async () =>
            {
                await operation();
                return true;
            },
            limit);
}
