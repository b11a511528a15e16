using Swarm.Storage;

namespace Swarm.Orchestration.Restart;

/// <summary>The rules by which a task that ended, or lost its node, is replaced in its slot.</summary>
internal static class RestartSupervisor
{
    /// <summary>True when the orchestrators no longer want the task where it is, although it should run.</summary>
    /// <remarks>
    /// A job's task on a lost node may yet complete, and must not do so twice; it is given up with its node.
    /// </remarks>
    public static bool IsCandidate(SwarmTask task, ClusterView view) =>
        TaskGoal.IsWanted(task)
        && (task.Status.State > TaskGoal.Of(task)
            || (task.JobIteration is null && NodeEligibility.IsOnLostNode(task, view)));

    /// <summary>Shuts a task down and, if its policy says so, puts a new one in its place, to start later.</summary>
    /// <returns>Null while the task waits for its own start; the end of that delay brings it back here.</returns>
    public static TaskWrite? Restart(Tick tick, Service service, SwarmTask task, RestartState state)
    {
        // Without this, a replacement that fails before it was allowed to run would be replaced in a hot loop.
        if (!TaskGoal.IsWanted(task) || state.Starts.IsPending(task.Id))
        {
            return null;
        }

        var slot = SlotKey.Of(task, service);
        if (!ShouldRestart(task, slot, state.History))
        {
            return TaskWrite.Move(task.Id, TaskState.Shutdown);
        }

        var delay = DelayOf(task, tick.View);
        var limit = ServicePolicies.Of(service).RestartBackoff;
        var backsOff = limit is not null && task.Status.State > TaskState.Running;
        if (backsOff)
        {
            delay = state.Backoff.DelayOf(slot, task, delay, limit!.Value);
        }

        var replacement = TaskTemplate.NewTask(tick, service, slot, TaskState.Ready);
        return TaskWrite.Replace(service, [task.Id], replacement) with
        {
            Start = DelayedStart.After(replacement.Id, tick.Now, delay, Before(tick, service, slot, task)),
            Restarted = slot,
            BacksOff = backsOff,
        };
    }

    /// <summary>
    /// The tasks that fill a slot: those that should run, else the one that ended last if its policy lets it rest.
    /// </summary>
    public static IReadOnlyList<SwarmTask> Occupants(
        IReadOnlyList<SwarmTask> slotTasks,
        Service service,
        RestartHistory history)
    {
        var runnable = Runnable(slotTasks);
        if (runnable.Count > 0 || service.RolloutStatus?.State == RolloutState.RollbackStarted)
        {
            return runnable;
        }

        // A task that was scaled away has left its slot, whatever its policy.
        var newest = slotTasks
            .Where(task => task.DesiredState < TaskState.Remove)
            .MaxBy(task => (task.Status.AppliedAt ?? task.Status.Timestamp, task.CreatedAt, task.Id.Value));
        return newest is null || ShouldRestart(newest, SlotKey.Of(newest, service), history) ? [] : [newest];
    }

    // Most slots hold one task, which should run: no copy for those.
    private static IReadOnlyList<SwarmTask> Runnable(IReadOnlyList<SwarmTask> slotTasks) =>
        slotTasks is [{ DesiredState: <= TaskState.Running }]
            ? slotTasks
            : [.. slotTasks.Where(task => task.DesiredState <= TaskState.Running)];

    /// <summary>What the policy of a task that ended, or lost its node, says.</summary>
    public static bool ShouldRestart(SwarmTask task, SlotKey slot, RestartHistory history) =>
        (task.Spec.Restart ?? RestartPolicy.Default).Condition switch
        {
            RestartCondition.Any => history.AllowsAnother(task, slot),
            RestartCondition.OnFailure => task.Status.State != TaskState.Complete && history.AllowsAnother(task, slot),
            _ => false,
        };

    // A task that failed before it ran may have been waiting for another one to stop, and so does the next.
    private static TaskId[] Before(Tick tick, Service service, SlotKey slot, SwarmTask task) =>
        task.JobIteration is not null || service.Spec.Update?.Order == UpdateOrder.StartFirst
            ? [task.Id]
            : [.. slot.StoppingIn(tick.View).Prepend(task.Id).Distinct()];

    private static TimeSpan DelayOf(SwarmTask task, ClusterView view) =>
        !task.NodeId.IsEmpty
        && view.Nodes.Find(task.NodeId.Value) is { Spec.Availability: NodeAvailability.Drain }
            ? TimeSpan.Zero
            : task.Spec.Restart?.Delay ?? RestartPolicy.DefaultDelay;
}
