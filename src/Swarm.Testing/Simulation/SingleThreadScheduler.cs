namespace Swarm.Testing;

/// <summary>Runs tasks one after another on the thread that calls <see cref="RunUntilIdle"/>, in the order queued.</summary>
public sealed class SingleThreadScheduler : TaskScheduler
{
    private readonly Queue<(Task Task, MachineScheduler? Machine)> _queue = new();

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Starts a loop on this scheduler; everything it awaits comes back to it.</summary>
    /// <param name="loop">The loop.</param>
    /// <returns>Completes with the loop.</returns>
    public Task StartAsync(Func<Task> loop) =>
        Task.Factory.StartNew(loop, CancellationToken.None, TaskCreationOptions.None, this).Unwrap();

    /// <summary>Runs queued tasks until there are none.</summary>
    /// <returns>How many were run.</returns>
    public int RunUntilIdle()
    {
        // A test framework's own context would take continuations elsewhere.
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            var count = 0;
            while (TryTake(out var next))
            {
                if (next.Machine is { } machine)
                {
                    machine.Run(next.Task);
                }
                else
                {
                    TryExecuteTask(next.Task);
                }

                count++;
            }

            return count;
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    /// <summary>Queues a task of a machine, which runs it in its turn unless it has stopped by then.</summary>
    internal void Queue(Task task, MachineScheduler? machine)
    {
        lock (_queue)
        {
            _queue.Enqueue((task, machine));
        }
    }

    /// <inheritdoc/>
    protected override void QueueTask(Task task) => Queue(task, machine: null);

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_queue)
        {
            return [.. _queue.Select(entry => entry.Task)];
        }
    }

    private bool TryTake(out (Task Task, MachineScheduler? Machine) next)
    {
        lock (_queue)
        {
            return _queue.TryDequeue(out next);
        }
    }
}
