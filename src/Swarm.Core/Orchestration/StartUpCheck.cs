using Swarm.Orchestration.Restart;
using Swarm.Storage;

namespace Swarm.Orchestration;

/// <summary>What a new leader finds in the store: leftovers to clear, delays to resume, restarts to remember.</summary>
internal static class StartUpCheck
{
    /// <summary>Looks at everything once.</summary>
    /// <returns>Tasks whose service is gone; nobody else would remove them.</returns>
    public static IReadOnlyList<StoreWrite> Run(ClusterView view, DateTimeOffset now, OrchestratorState state)
    {
        List<StoreWrite> leftovers = [];
        foreach (var service in view.Services)
        {
            ChangeIntake.OnService(service, null, state);
        }

        foreach (var task in view.Tasks)
        {
            if (task.ServiceId.IsEmpty)
            {
                continue;
            }

            if (view.Services.Find(task.ServiceId.Value) is not { } service)
            {
                leftovers.Add(TaskWrite.Remove(task.Id));
            }
            else if (RestartSupervisor.IsCandidate(task, view))
            {
                state.Pending.Tasks.Add(task.Id);
            }
            else if (task.DesiredState == TaskState.Ready && !service.Spec.Mode.IsJob)
            {
                ResumeDelay(task, service, view, now, state.Restarts.Starts);
            }
        }

        RebuildHistory(view, state.Restarts.History);
        return leftovers;
    }

    // Whatever still stops in the slot is waited for again, or two would run at once.
    private static void ResumeDelay(
        SwarmTask task,
        Service service,
        ClusterView view,
        DateTimeOffset now,
        DelayedStarts starts)
    {
        var since = task.Status.AppliedAt ?? task.Status.Timestamp;
        var delay = task.Spec.Restart?.Delay ?? RestartPolicy.DefaultDelay;
        var remaining = delay - (now - since);
        TaskId[] stopping = [.. SlotKey.Of(task, service).TasksIn(view).Where(IsStopping).Select(other => other.Id)];
        starts.Arm(DelayedStart.After(
            task.Id,
            now,
            remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero,
            stopping));
    }

    private static bool IsStopping(SwarmTask task) => task is
    {
        DesiredState: > TaskState.Running,
        Status.State: >= TaskState.Assigned and <= TaskState.Running,
    };

    private static void RebuildHistory(ClusterView view, RestartHistory history)
    {
        foreach (var service in view.Services.Where(service => !service.Spec.Mode.IsJob))
        {
            var slots = view.Tasks.OfService(service.Id)
                .Where(task => task.Spec.Restart is { MaxAttempts: > 0 })
                .GroupBy(task => SlotKey.Of(task, service));
            foreach (var slot in slots)
            {
                history.Rebuild(slot.Key, [.. slot]);
            }
        }
    }
}
