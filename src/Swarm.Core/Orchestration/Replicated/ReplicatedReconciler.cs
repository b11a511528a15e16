using Swarm.Orchestration.Restart;
using Swarm.Storage;

namespace Swarm.Orchestration.Replicated;

/// <summary>Gives a replicated service as many filled slots as it asks for.</summary>
internal static class ReplicatedReconciler
{
    /// <summary>New tasks per step; a service that asks for more gets them in several, between other work.</summary>
    public const int MaxNewTasks = 10_000;

    public static ReconcileResult Reconcile(Tick tick, Service service, RestartHistory history)
    {
        var replicas = ((ReplicatedMode)service.Spec.Mode).Replicas;
        var (occupied, dead) = Partition(tick.View, service, history);
        var writes = new List<StoreWrite>();

        var missing = replicas - occupied.Count;
        if (missing > 0)
        {
            Fill(tick, service, occupied, dead, (int)Math.Min(missing, MaxNewTasks), writes);
        }

        IReadOnlyList<OccupiedSlot> kept = occupied;
        if (missing < 0)
        {
            var order = ScaleDownOrder.Sort(occupied);
            kept = order[..(int)replicas];
            ScaleDown(tick.View, service, order.AsSpan((int)replicas), writes);
        }

        Clear(tick.View, service, dead, writes);
        return new ReconcileResult(
            writes,
            [.. kept.Where(slot => slot.IsDirty).Select(slot => SlotKey.Numbered(service.Id, slot.Number))],
            missing > MaxNewTasks);
    }

    /// <summary>What to do about a task that ended or lost its node.</summary>
    public static TaskWrite? Repair(Tick tick, Service service, SwarmTask task, RestartState restarts) =>
        RestartSupervisor.IsCandidate(task, tick.View)
            ? RestartSupervisor.Restart(tick, service, task, restarts)
            : null;

    private static (List<OccupiedSlot> Occupied, SortedSet<int> Dead) Partition(
        ClusterView view,
        Service service,
        RestartHistory history)
    {
        var occupied = new List<OccupiedSlot>();
        var dead = new SortedSet<int>();
        var dirty = new DirtyCheck(service, view);
        foreach (var slotTasks in BySlot(view.Tasks.OfService(service.Id)))
        {
            var number = slotTasks[0].Slot;
            var occupants = RestartSupervisor.Occupants(slotTasks, service, history);
            if (occupants.Count > 0)
            {
                occupied.Add(OccupiedSlot.Of(number, occupants, dirty));
            }
            else
            {
                dead.Add(number);
            }
        }

        return (occupied, dead);
    }

    // The table lists a service's tasks slot by slot; one buffer serves them all.
    private static IEnumerable<List<SwarmTask>> BySlot(IEnumerable<SwarmTask> tasks)
    {
        var slotTasks = new List<SwarmTask>();
        foreach (var task in tasks)
        {
            if (slotTasks.Count > 0 && slotTasks[0].Slot != task.Slot)
            {
                yield return slotTasks;
                slotTasks.Clear();
            }

            slotTasks.Add(task);
        }

        if (slotTasks.Count > 0)
        {
            yield return slotTasks;
        }
    }

    private static void Fill(
        Tick tick,
        Service service,
        List<OccupiedSlot> occupied,
        SortedSet<int> dead,
        int count,
        List<StoreWrite> writes)
    {
        var taken = occupied.Select(slot => slot.Number).ToHashSet();
        for (var number = 1; count > 0; number++)
        {
            if (taken.Contains(number))
            {
                continue;
            }

            // The slot lives on, and with it its history.
            dead.Remove(number);
            var slot = SlotKey.Numbered(service.Id, number);
            writes.Add(TaskWrite.Create(service, TaskTemplate.NewTask(tick, service, slot, TaskState.Running)));
            count--;
        }
    }

    private static void ScaleDown(
        ClusterView view,
        Service service,
        ReadOnlySpan<OccupiedSlot> surplus,
        List<StoreWrite> writes)
    {
        foreach (var slot in surplus)
        {
            foreach (var task in view.Tasks.OfSlot(service.Id, slot.Number))
            {
                if (task.DesiredState < TaskState.Remove)
                {
                    writes.Add(TaskWrite.Move(task.Id, TaskState.Remove));
                }
            }
        }
    }

    private static void Clear(ClusterView view, Service service, SortedSet<int> dead, List<StoreWrite> writes)
    {
        foreach (var task in dead.SelectMany(number => view.Tasks.OfSlot(service.Id, number)))
        {
            if (task.Status.State is < TaskState.Assigned or > TaskState.Running)
            {
                writes.Add(TaskWrite.Remove(task.Id));
            }
            else if (task.DesiredState < TaskState.Remove)
            {
                // It still stops somewhere; deleting it now would give its addresses away under it.
                writes.Add(TaskWrite.Move(task.Id, TaskState.Remove));
            }
        }
    }
}
