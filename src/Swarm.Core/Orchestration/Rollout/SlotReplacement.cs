using Swarm.Orchestration.Global;
using Swarm.Orchestration.Restart;

namespace Swarm.Orchestration.Rollout;

/// <summary>
/// Brings one slot to what its service asks for, a step at a time. It only goes by what is in the slot, so it finds its
/// way after a change of leader or when somebody else replaced a task meanwhile.
/// </summary>
internal sealed class SlotReplacement(
    Tick tick,
    Service service,
    RolloutRun run,
    RestartState restarts,
    List<StoreWrite> writes)
{
    private readonly DirtyCheck _dirty = new(service, tick.View);

    private bool StartsFirst => run.Policy.Order == UpdateOrder.StartFirst;

    /// <summary>Looks at a slot; true when there is nothing left to do or to wait for.</summary>
    public bool Begin(SlotKey slot)
    {
        if (slot.IsGlobal && !GlobalReconciler.IsOpen(service, tick.View.Nodes.Find(slot.Node.Value)))
        {
            return true;
        }

        var occupants = RestartSupervisor.Occupants([.. slot.TasksIn(tick.View)], service, restarts.History);
        if (occupants.Count == 0)
        {
            return true;
        }

        return BestClean(occupants) is { } clean
            ? Keep(slot, clean, [.. occupants.Where(task => task.Id != clean.Id)])
            : Replace(slot, occupants);
    }

    /// <summary>Looks again at a slot that waits for a task to run; true when it need not wait any more.</summary>
    public bool Continue(SlotKey slot, TaskId awaited)
    {
        if (tick.View.Tasks.Find(awaited) is not { } task)
        {
            return Begin(slot);
        }

        if (task.Status.State < TaskState.Running)
        {
            return task.DesiredState <= TaskState.Running ? Wait(slot, task) : Begin(slot);
        }

        // One that failed leaves the old ones alone: the restart supervisor keeps trying beside them.
        if (StartsFirst && task.Status.State == TaskState.Running)
        {
            ShutDown(slot.TasksIn(tick.View).Where(other => other.Id != awaited));
        }

        return true;
    }

    private SwarmTask? BestClean(IReadOnlyList<SwarmTask> occupants) => occupants
        .Where(task => !_dirty.IsDirty(task))
        .MaxBy(task => (task.DesiredState <= TaskState.Running, task.DesiredState, task.Status.State, task.Id.Value));

    private bool Keep(SlotKey slot, SwarmTask clean, IReadOnlyList<SwarmTask> others)
    {
        if (StartsFirst && others.Count > 0 && clean.Status.State != TaskState.Running)
        {
            KeepOneOf(others);
            if (clean.Status.State > TaskState.Running)
            {
                return true;
            }

            StartAfter(slot, clean, []);
            return Wait(slot, clean);
        }

        StartAfter(slot, clean, others);
        ShutDown(others);
        return clean.Status.State >= TaskState.Running || clean.DesiredState > TaskState.Running || Wait(slot, clean);
    }

    private bool Replace(SlotKey slot, IReadOnlyList<SwarmTask> old)
    {
        var desired = StartsFirst ? TaskState.Running : TaskState.Ready;
        var fresh = TaskTemplate.NewTask(tick, service, slot, desired);
        run.Created[fresh.Id] = null;
        if (StartsFirst)
        {
            KeepOneOf(old);
            writes.Add(TaskWrite.Create(service, fresh));
            return Wait(slot, fresh);
        }

        var stopping = old.Where(task => task.DesiredState < TaskState.Shutdown).Select(task => task.Id).ToArray();
        writes.Add(TaskWrite.Replace(service, stopping, fresh) with
        {
            Start = DelayedStart.After(fresh.Id, tick.Now, TimeSpan.Zero, Before(slot, old)),
        });
        return Wait(slot, fresh);
    }

    private bool Wait(SlotKey slot, SwarmTask task)
    {
        run.Await(slot, task, tick.Now);
        return false;
    }

    // A restart delay that is running stays in force.
    private void StartAfter(SlotKey slot, SwarmTask task, IReadOnlyList<SwarmTask> others)
    {
        if (task.DesiredState < TaskState.Running && !restarts.Starts.IsPending(task.Id))
        {
            restarts.Starts.Arm(DelayedStart.After(task.Id, tick.Now, TimeSpan.Zero, Before(slot, others)));
        }
    }

    // An update that came before may still be stopping the slot's last task but one.
    private TaskId[] Before(SlotKey slot, IReadOnlyList<SwarmTask> old) => StartsFirst
        ? [.. old.Select(task => task.Id)]
        : [.. old.Select(task => task.Id).Union(slot.StoppingIn(tick.View))];

    // Updates that failed one after another would otherwise leave a task each.
    private void KeepOneOf(IReadOnlyList<SwarmTask> old) => ShutDown(old
        .OrderByDescending(task => task.Status.State == TaskState.Running)
        .ThenByDescending(task => task.DesiredState)
        .Skip(1));

    private void ShutDown(IEnumerable<SwarmTask> tasks)
    {
        foreach (var task in tasks.Where(task => task.DesiredState <= TaskState.Running))
        {
            writes.Add(TaskWrite.Move(task.Id, TaskState.Shutdown));
        }
    }
}
