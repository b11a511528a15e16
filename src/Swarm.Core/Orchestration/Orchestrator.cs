using Microsoft.Extensions.Logging;
using Swarm.Identity;
using Swarm.Orchestration.Rollout;
using Swarm.Storage;
using Swarm.Telemetry;

namespace Swarm.Orchestration;

/// <summary>
/// Turns services into tasks: keeps the number of tasks, replaces those that end, rolls out changes. Runs on the
/// leader; reads the change feed, lets pure steps decide, writes what they decided, and sleeps until something is due.
/// </summary>
internal sealed partial class Orchestrator(
    ClusterStore store,
    IIdGenerator ids,
    TimeProvider time,
    ILogger logger)
{
    private static readonly TimeSpan PauseAfterError = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromHours(1);

    /// <summary>Runs until cancelled. A write that fails, or a feed that is cut, starts over from the store.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await RunFromStoreAsync(cancellationToken);
            }
            catch (SwarmException exception)
            {
                LogStartOver(exception);
            }

            await Task.Delay(PauseAfterError, time, cancellationToken);
        }
    }

    private async Task RunFromStoreAsync(CancellationToken cancellationToken)
    {
        using var changes = store.Watch();
        var state = new OrchestratorState();
        var leftovers = StartUpCheck.Run(changes.View, time.GetUtcNow(), state);
        await WriteAsync(leftovers, state, cancellationToken);

        while (true)
        {
            await TickAsync(state, cancellationToken);
            if (state.Pending.IsEmpty && !await WaitAsync(changes, state.NextWake, cancellationToken))
            {
                return;
            }

            while (changes.TryRead(out var transaction))
            {
                ChangeIntake.Collect(transaction, state);
            }
        }
    }

    private async Task TickAsync(OrchestratorState state, CancellationToken cancellationToken)
    {
        using var span = SwarmTelemetry.Source.StartActivity("swarm.reconcile");
        var next = new PendingWork();
        var tasks = OrchestratorSteps.TaskStep(new Tick(store.Current, time.GetUtcNow(), ids), state);
        var lost = await WriteAsync(tasks, state, cancellationToken);

        var services = OrchestratorSteps.ServiceStep(
            new Tick(store.Current, time.GetUtcNow(), ids),
            state,
            next,
            LogHalt);
        lost.AddRange(await WriteAsync(services, state, cancellationToken));

        Retry(lost, next);
        state.Pending = next;
    }

    /// <summary>Writes the pieces; those that took effect are remembered, the others returned.</summary>
    private async Task<List<TaskWrite>> WriteAsync(
        IReadOnlyList<StoreWrite> writes,
        OrchestratorState state,
        CancellationToken cancellationToken)
    {
        var lost = new List<TaskWrite>();
        if (writes.Count == 0)
        {
            return lost;
        }

        await store.BatchAsync(
            writes,
            (transaction, write) =>
            {
                var applied = write.TryApply(transaction);
                if (write is TaskWrite task && applied)
                {
                    state.Restarts.Remember(task, transaction.Now);
                }
                else if (write is TaskWrite dropped)
                {
                    lost.Add(dropped);
                }
            },
            cancellationToken);
        return lost;
    }

    // What moved while a piece was on its way is looked at again: the tasks it was about, and the rollout it was for.
    private static void Retry(List<TaskWrite> lost, PendingWork next)
    {
        foreach (var write in lost)
        {
            next.Tasks.UnionWith(write.Moved);
            if (write.Created is { } task)
            {
                next.Touch(task.ServiceId, task.Id);
                if (task.JobIteration is not null)
                {
                    next.TouchJob(task.ServiceId, task.Slot);
                }
            }
        }
    }

    // One wait that the clock cuts short, not two tasks of which one wins: that would be decided off the scheduler.
    private async ValueTask<bool> WaitAsync(
        ChangeSubscription changes,
        DateTimeOffset? wake,
        CancellationToken cancellationToken)
    {
        if (wake is not { } due)
        {
            return await changes.WaitAsync(cancellationToken);
        }

        var sleep = due - time.GetUtcNow();
        if (sleep <= TimeSpan.Zero)
        {
            return true;
        }

        using var clock = new CancellationTokenSource(RoundUp(sleep < LongestSleep ? sleep : LongestSleep), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(clock.Token, cancellationToken);
        try
        {
            return await changes.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return true;
        }
    }

    // Timers know whole milliseconds; one that fires early would be armed again and again for the rest.
    private static TimeSpan RoundUp(TimeSpan span) => TimeSpan.FromMilliseconds(Math.Ceiling(span.TotalMilliseconds));

    private void LogHalt(Service service, RolloutStep step)
    {
        if (step.Writes.OfType<RolloutWrite>().FirstOrDefault() is { } write)
        {
            LogRolloutHalted(service.Spec.Name, write.Status.Message);
        }
        else
        {
            LogNoPreviousSpec(service.Spec.Name);
        }
    }

    [LoggerMessage(1100, LogLevel.Warning, "The orchestrator starts over from the store.")]
    private partial void LogStartOver(Exception exception);

    [LoggerMessage(1101, LogLevel.Warning, "Service {Service}: {Outcome}.")]
    private partial void LogRolloutHalted(string service, string outcome);

    [LoggerMessage(
        1102,
        LogLevel.Error,
        "Service {Service}: cannot roll back service because no previous spec is available.")]
    private partial void LogNoPreviousSpec(string service);
}
