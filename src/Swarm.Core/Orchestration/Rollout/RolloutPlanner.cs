using Swarm.Orchestration.Restart;

namespace Swarm.Orchestration.Rollout;

/// <summary>
/// Replaces the tasks of a service slot by slot: so many at once, with pauses between, watching for failures.
/// </summary>
internal static class RolloutPlanner
{
    /// <summary>Starts a run over dirty slots; null when there are none or the service waits for its user.</summary>
    public static RolloutRun? Begin(
        Tick tick,
        Service service,
        IReadOnlyList<SlotKey> dirtySlots,
        List<StoreWrite> writes)
    {
        if (service.RolloutStatus?.State is RolloutState.Paused or RolloutState.RollbackPaused)
        {
            return null;
        }

        var steps = RolloutResumption.FindSteps(tick, service);
        if (dirtySlots.Count == 0 && steps.Count == 0)
        {
            Complete(tick, service, writes);
            return null;
        }

        if (service.RolloutStatus is null)
        {
            var started = new RolloutStatus(RolloutState.Updating, tick.Now, null, "update in progress");
            writes.Add(new RolloutWrite(service, started));
        }

        if (steps.Count == 0)
        {
            return new RolloutRun(service, dirtySlots);
        }

        // What was begun goes first, so that no more slots are at work than the policy allows.
        var begun = steps.Select(step => step.Slot).ToHashSet();
        var run = new RolloutRun(service, [.. dirtySlots.OrderByDescending(begun.Contains)]);
        RolloutResumption.Adopt(tick, run, steps, dirtySlots.ToHashSet());
        return run;
    }

    /// <summary>Takes a run as far as it gets now.</summary>
    /// <param name="tick">The snapshot and the time.</param>
    /// <param name="service">The service as it is now.</param>
    /// <param name="run">The run; moved on by this step.</param>
    /// <param name="touched">Tasks of the service that changed since the last step.</param>
    /// <param name="restarts">What is known of restarts and delayed starts.</param>
    public static RolloutStep Step(
        Tick tick,
        Service service,
        RolloutRun run,
        IReadOnlyCollection<TaskId> touched,
        RestartState restarts)
    {
        var writes = new List<StoreWrite>();
        var wasHalted = run.IsHalted;
        FailureWatch.Observe(tick, service, run, touched, writes);

        var work = new SlotReplacement(tick, service, run, restarts, writes);
        foreach (var task in touched)
        {
            if (run.Active.Remove(task, out var slot) && work.Continue(slot, task))
            {
                Rest(tick, run);
            }
        }

        Expire(tick, service, run, writes);
        while (run.Resting.TryPeek(out var end) && end <= tick.Now)
        {
            run.Resting.Dequeue();
        }

        while (!run.IsHalted && run.HasFreeWorker && run.Waiting.TryDequeue(out var slot))
        {
            var before = writes.Count;
            if (work.Begin(slot) && writes.Count > before)
            {
                Rest(tick, run);
            }
        }

        return new RolloutStep(writes, IsOver(tick, service, run, writes), run.IsHalted && !wasHalted);
    }

    // A task that does not get up counts as failed; if the update goes on all the same, its slot is left to itself.
    private static void Expire(Tick tick, Service service, RolloutRun run, List<StoreWrite> writes)
    {
        while (run.Deadlines.TryPeek(out var next) && (next.Deadline <= tick.Now || !run.Active.ContainsKey(next.Task)))
        {
            run.Deadlines.Dequeue();
            if (run.Active.ContainsKey(next.Task) && IsHeldBack(tick, next.Task))
            {
                run.Deadlines.Enqueue((next.Task, tick.Now + run.Deadline!.Value));
                continue;
            }

            run.Awaited.Remove(next.Task);
            if (run.Active.Remove(next.Task))
            {
                run.Failed.Add(next.Task);
                run.Unjudged.Enqueue(RolloutFailure.Stuck(next.Task, run.Deadline!.Value));
                Rest(tick, run);
            }
        }

        FailureWatch.Judge(tick, service, run, writes);
    }

    // Its predecessor is still stopping, which is not its fault.
    private static bool IsHeldBack(Tick tick, TaskId id) =>
        tick.View.Tasks.Find(id) is { DesiredState: < TaskState.Running };

    private static void Rest(Tick tick, RolloutRun run)
    {
        if (run.Policy.Delay > TimeSpan.Zero)
        {
            run.Resting.Enqueue(tick.Now + run.Policy.Delay);
        }
    }

    private static bool IsOver(Tick tick, Service service, RolloutRun run, List<StoreWrite> writes)
    {
        if (run.IsHalted || !run.IsDrained)
        {
            return false;
        }

        run.MonitorEnds ??= tick.Now + run.Monitor;
        if (tick.Now < run.MonitorEnds)
        {
            return false;
        }

        Complete(tick, service, writes);
        return true;
    }

    private static void Complete(Tick tick, Service service, List<StoreWrite> writes)
    {
        if (service.RolloutStatus is { State: RolloutState.Updating } update)
        {
            writes.Add(new RolloutWrite(service, update with
            {
                State = RolloutState.Completed,
                CompletedAt = tick.Now,
                Message = "update completed",
            }));
        }
        else if (service.RolloutStatus is { State: RolloutState.RollbackStarted } rollback)
        {
            writes.Add(new RolloutWrite(service, rollback with
            {
                State = RolloutState.RollbackCompleted,
                CompletedAt = tick.Now,
                Message = "rollback completed",
            }));
        }
    }
}
