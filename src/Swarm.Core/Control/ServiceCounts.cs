using Swarm.Orchestration;
using Swarm.Orchestration.Jobs;
using Swarm.Storage;

namespace Swarm.Control;

/// <summary>Counts the tasks of services.</summary>
internal static class ServiceCounts
{
    /// <summary>What lists show.</summary>
    public static ServiceStatus StatusOf(ClusterView view, ServiceId id)
    {
        if (view.Services.Find(id.ToString()) is not { } service)
        {
            return default;
        }

        long running = 0;
        long wanted = 0;
        long completed = 0;
        foreach (var task in view.Tasks.OfService(id))
        {
            if (service.Spec.Mode.IsJob && !JobSlots.IsCurrent(task, service))
            {
                continue;
            }

            running += task.Status.State == TaskState.Running ? 1 : 0;
            completed += service.Spec.Mode.IsJob && task.Status.State == TaskState.Complete ? 1 : 0;
            wanted += task.DesiredState == TaskGoal.Of(task) && task.Status.State != TaskState.Complete ? 1 : 0;
        }

        return service.Spec.Mode switch
        {
            ReplicatedMode replicated => new(running, replicated.Replicas, 0),
            ReplicatedJobMode job => new(running, job.MaxConcurrent, completed),
            _ => new(running, wanted, completed),
        };
    }

    /// <summary>
    /// How far a service is on its way to its current spec; tasks of older specs do not count. Of jobs, what completed.
    /// </summary>
    public static (long Running, long Desired) ProgressOf(ClusterView view, Service service)
    {
        if (service.Spec.Mode.IsJob)
        {
            return JobProgress.Of(view, service);
        }

        long running = 0;
        var check = new DirtyCheck(service, view);
        var nodes = new HashSet<NodeId>();
        foreach (var task in view.Tasks.OfService(service.Id))
        {
            if (task.DesiredState > TaskState.Running || IsLost(view, task) || check.IsDirty(task))
            {
                continue;
            }

            nodes.Add(task.NodeId);
            running += task.Status.State == TaskState.Running ? 1 : 0;
        }

        return (running, service.Spec.Mode is ReplicatedMode replicated ? replicated.Replicas : nodes.Count);
    }

    private static bool IsLost(ClusterView view, SwarmTask task) =>
        !task.NodeId.IsEmpty && view.Nodes.Find(task.NodeId.Value) is { Status.State: NodeState.Down };
}
