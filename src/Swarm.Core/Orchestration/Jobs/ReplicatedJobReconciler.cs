using Swarm.Orchestration.Replicated;
using Swarm.Orchestration.Restart;

namespace Swarm.Orchestration.Jobs;

/// <summary>Runs tasks of a replicated job until enough of them have completed.</summary>
internal static class ReplicatedJobReconciler
{
    /// <summary>Looks at all tasks: at the start of a run, and when a leader takes it over.</summary>
    public static JobBook Open(Tick tick, Service service, RestartHistory history, List<StoreWrite> writes)
    {
        var book = new JobBook(service.JobStatus?.Iteration ?? default);
        foreach (var slot in tick.View.Tasks.OfService(service.Id).GroupBy(task => task.Slot))
        {
            JobTasks.RemoveEarlier(slot, service, writes);
            book.Set(slot.Key, JobSlots.UseOf(slot, service, history));
        }

        return book;
    }

    /// <summary>Looks at slots that changed, and starts what is missing.</summary>
    /// <returns>True when there is more to start than one step should.</returns>
    public static bool Step(
        Tick tick,
        Service service,
        JobBook book,
        IEnumerable<int> changedSlots,
        RestartHistory history,
        List<StoreWrite> writes)
    {
        foreach (var slot in changedSlots)
        {
            book.Set(slot, JobSlots.UseOf(tick.View.Tasks.OfSlot(service.Id, slot), service, history));
        }

        var missing = book.Missing((ReplicatedJobMode)service.Spec.Mode);
        for (var i = Math.Min(missing, ReplicatedReconciler.MaxNewTasks); i > 0; i--)
        {
            var slot = SlotKey.Numbered(service.Id, book.Take());
            writes.Add(TaskWrite.Create(service, TaskTemplate.NewTask(tick, service, slot, TaskState.Complete)));
        }

        return missing > ReplicatedReconciler.MaxNewTasks;
    }
}
