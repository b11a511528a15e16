namespace Swarm.Orchestration.Rollout;

/// <summary>
/// Counts the new tasks of a run that end too early or do not get up, and acts on too many as the policy says.
/// </summary>
internal static class FailureWatch
{
    public static void Observe(
        Tick tick,
        Service service,
        RolloutRun run,
        IEnumerable<TaskId> touched,
        List<StoreWrite> writes)
    {
        foreach (var id in touched)
        {
            if (!run.Created.TryGetValue(id, out var runningSince) || tick.View.Tasks.Find(id) is not { } task)
            {
                continue;
            }

            if (task.Status.State == TaskState.Running)
            {
                run.Created[id] = runningSince ?? tick.Now;
            }
            else if (task.Status.State > TaskState.Running && IsEarly(tick, run, runningSince) && run.Failed.Add(id))
            {
                run.Unjudged.Enqueue(RolloutFailure.Ended(id));
            }
        }

        Judge(tick, service, run, writes);
    }

    /// <summary>Acts on the failures that came up.</summary>
    public static void Judge(Tick tick, Service service, RolloutRun run, List<StoreWrite> writes)
    {
        while (run.Unjudged.TryDequeue(out var failure))
        {
            Act(tick, service, run, failure, writes);
        }
    }

    // A task that completed counts as well: a service's tasks are not meant to end.
    private static bool IsEarly(Tick tick, RolloutRun run, DateTimeOffset? runningSince) =>
        runningSince is not { } start || tick.Now - start <= run.Monitor;

    private static void Act(
        Tick tick,
        Service service,
        RolloutRun run,
        RolloutFailure failure,
        List<StoreWrite> writes)
    {
        if (run.IsHalted
            || run.Policy.FailureAction == FailureAction.Continue
            || (float)run.Failed.Count / run.SlotCount <= run.Policy.MaxFailureRatio)
        {
            return;
        }

        run.IsHalted = true;
        if (run.Policy.FailureAction == FailureAction.Rollback && !run.IsRollback)
        {
            RollBack(tick, service, failure, writes);
        }
        else
        {
            Pause(service, run, failure, writes);
        }
    }

    private static void Pause(Service service, RolloutRun run, RolloutFailure failure, List<StoreWrite> writes)
    {
        if (service.RolloutStatus is not { } status)
        {
            return;
        }

        // A pause says "update" even during a rollback; only a rollback that should roll back names itself.
        var what = run.Policy.FailureAction == FailureAction.Rollback ? "rollback" : "update";
        writes.Add(new RolloutWrite(service, status with
        {
            State = run.IsRollback ? RolloutState.RollbackPaused : RolloutState.Paused,
            Message = $"{what} paused {failure.Cause}",
        }));
    }

    // Without a previous spec the update stays where it is, in progress.
    private static void RollBack(Tick tick, Service service, RolloutFailure failure, List<StoreWrite> writes)
    {
        if (service.PreviousSpec is not null)
        {
            var message = $"update rolled back {failure.Cause}";
            var status = new RolloutStatus(RolloutState.RollbackStarted, tick.Now, null, message);
            writes.Add(new RolloutWrite(service, status) { ToPreviousSpec = true });
        }
    }
}
