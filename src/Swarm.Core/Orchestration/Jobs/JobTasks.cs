using Swarm.Orchestration.Global;
using Swarm.Orchestration.Restart;

namespace Swarm.Orchestration.Jobs;

/// <summary>What becomes of single tasks of jobs.</summary>
internal static class JobTasks
{
    /// <summary>Takes away tasks of earlier runs that have not ended; those that have are history.</summary>
    public static void RemoveEarlier(IEnumerable<SwarmTask> tasks, Service service, List<StoreWrite> writes)
    {
        foreach (var task in tasks)
        {
            if (!JobSlots.IsCurrent(task, service)
                && task is { Status.State: <= TaskState.Running, DesiredState: < TaskState.Remove })
            {
                writes.Add(TaskWrite.Move(task.Id, TaskState.Remove));
            }
        }
    }

    /// <summary>What to do about a task that failed.</summary>
    public static TaskWrite? Repair(Tick tick, Service service, SwarmTask task, RestartState restarts)
    {
        if (!RestartSupervisor.IsCandidate(task, tick.View) || !JobSlots.IsCurrent(task, service))
        {
            return null;
        }

        return service.Spec.Mode is GlobalJobMode
            && !GlobalReconciler.IsOpen(service, tick.View.Nodes.Find(task.NodeId.Value))
                ? TaskWrite.Move(task.Id, TaskState.Shutdown)
                : RestartSupervisor.Restart(tick, service, task, restarts);
    }
}
