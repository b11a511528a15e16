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

        RebuildHistory(view, state.Restarts);
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
            else if (task.DesiredState == TaskState.Ready)
            {
                ResumeDelay(task, service, view, now, state.Restarts);
            }
        }

        return leftovers;
    }

    // Whatever still stops in the slot is waited for again, or two would run at once.
    private static void ResumeDelay(
        SwarmTask task,
        Service service,
        ClusterView view,
        DateTimeOffset now,
        RestartState restarts)
    {
        var since = task.Status.AppliedAt ?? task.Status.Timestamp;
        var slot = SlotKey.Of(task, service);
        var delay = restarts.Backoff.Find(slot, task.Id) ?? task.Spec.Restart?.Delay ?? RestartPolicy.DefaultDelay;
        var remaining = delay - (now - since);
        restarts.Starts.Arm(DelayedStart.After(
            task.Id,
            now,
            remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero,
            [.. slot.StoppingIn(view)]));
    }

    private static void RebuildHistory(ClusterView view, RestartState restarts)
    {
        foreach (var service in view.Services)
        {
            var backoff = ServicePolicies.Of(service).RestartBackoff;
            var slots = view.Tasks.OfService(service.Id)
                .Where(task => backoff is not null || task.Spec.Restart is { MaxAttempts: > 0 })
                .GroupBy(task => SlotKey.Of(task, service));
            foreach (var slot in slots)
            {
                SwarmTask[] tasks = [.. slot];
                restarts.History.Rebuild(slot.Key, tasks);
                if (backoff is { } limit)
                {
                    restarts.Backoff.Rebuild(slot.Key, tasks, limit);
                }
            }
        }
    }
}
