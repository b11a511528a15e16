namespace Swarm.Orchestration.Jobs;

/// <summary>The part of a service step that concerns jobs.</summary>
internal static class JobSteps
{
    /// <summary>Looks at a job as a whole: it is new, has a new run, or a new leader.</summary>
    public static void Reconcile(Tick tick, Service service, OrchestratorState state, List<StoreWrite> writes)
    {
        if (service.Spec.Mode is GlobalJobMode)
        {
            writes.AddRange(GlobalJobReconciler.Reconcile(tick, service, state));
            return;
        }

        state.Jobs[service.Id] = ReplicatedJobReconciler.Open(tick, service, state.Restarts.History, writes);
        state.Pending.TouchJob(service.Id);
    }

    /// <summary>Moves on the replicated jobs whose tasks ended.</summary>
    public static void Step(
        Tick tick,
        OrchestratorState state,
        PendingWork next,
        int maxWrites,
        List<StoreWrite> writes)
    {
        foreach (var (id, slots) in state.Pending.JobSlots)
        {
            if (tick.View.Services.Find(id.Value) is not { Spec.Mode: ReplicatedJobMode } service
                || !state.Jobs.TryGetValue(id, out var book)
                || book.Iteration != service.JobStatus?.Iteration)
            {
                continue;
            }

            var isTurn = writes.Count < maxWrites;
            if (!isTurn || ReplicatedJobReconciler.Step(tick, service, book, slots, state.Restarts.History, writes))
            {
                next.TouchJob(id);
                next.JobSlots[id].UnionWith(isTurn ? [] : slots);
            }
        }
    }
}
