namespace Swarm.Orchestration.Rollout;

/// <summary>
/// What a new leader finds of a rollout that another one began: steps in progress, pauses, tasks still to be watched
/// and
/// those that failed while nobody looked. The run goes on from there.
/// </summary>
internal static class RolloutResumption
{
    /// <summary>True when the service says that somebody is rolling it out.</summary>
    public static bool IsUnderWay(Service service) =>
        service.RolloutStatus?.State is RolloutState.Updating or RolloutState.RollbackStarted;

    /// <summary>The first task of each slot that was made for the spec since the rollout began, oldest first.</summary>
    /// <remarks>Those after it in a slot replaced one that had failed, and are not the rollout's.</remarks>
    public static List<(SlotKey Slot, SwarmTask Task)> FindSteps(Tick tick, Service service)
    {
        if (!IsUnderWay(service))
        {
            return [];
        }

        var steps = new Dictionary<SlotKey, SwarmTask>();
        foreach (var task in tick.View.Tasks.OfService(service.Id))
        {
            var slot = SlotKey.Of(task, service);
            if (task.SpecVersion == service.SpecVersion
                && task.CreatedAt >= service.RolloutStatus!.StartedAt
                && task.DesiredState < TaskState.Remove
                && !(steps.TryGetValue(slot, out var known) && IsOlder(known, task)))
            {
                steps[slot] = task;
            }
        }

        return [.. steps
            .Select(step => (step.Key, step.Value))
            .OrderBy(step => step.Value.CreatedAt)
            .ThenBy(step => step.Value.Id.Value, StringComparer.Ordinal)];
    }

    /// <summary>Takes the steps over into a run that has the dirty slots already.</summary>
    public static void Adopt(
        Tick tick,
        RolloutRun run,
        IReadOnlyList<(SlotKey Slot, SwarmTask Task)> steps,
        IReadOnlySet<SlotKey> dirtySlots)
    {
        var pauses = new List<DateTimeOffset>();
        var last = tick.View.Services.Find(run.Service.Key)?.RolloutStatus?.StartedAt ?? tick.Now;
        foreach (var (slot, task) in steps)
        {
            var changed = task.Status.AppliedAt ?? task.Status.Timestamp;
            run.Created[task.Id] = task.Status.State == TaskState.Running ? changed : null;
            last = changed > last ? changed : last;
            run.SlotCount += dirtySlots.Contains(slot) ? 0 : 1;
            if (task.Status.State > TaskState.Running)
            {
                Count(run, task, changed);
            }
            else if (dirtySlots.Contains(slot) || task.DesiredState > TaskState.Running)
            {
                continue;
            }
            else if (task.Status.State < TaskState.Running)
            {
                run.Await(slot, task, task.CreatedAt);
            }
            else if (changed + run.Policy.Delay is var end && end > tick.Now)
            {
                pauses.Add(end);
            }
        }

        pauses.Sort();
        pauses.ForEach(run.Resting.Enqueue);
        if (run.IsDrained)
        {
            // Leaders that come and go do not make the watch any longer.
            run.MonitorEnds = last + run.Policy.Delay + run.Monitor;
        }
    }

    // When it began to run is not stored; it cannot have run longer than it existed.
    private static void Count(RolloutRun run, SwarmTask task, DateTimeOffset ended)
    {
        var isEarly = task.Status.State == TaskState.Rejected || ended - task.CreatedAt <= run.Monitor;
        if (isEarly && run.Failed.Add(task.Id))
        {
            run.Unjudged.Enqueue(RolloutFailure.Ended(task.Id));
        }
    }

    private static bool IsOlder(SwarmTask one, SwarmTask other) =>
        (one.CreatedAt, one.Version.Index).CompareTo((other.CreatedAt, other.Version.Index)) <= 0;
}
