using Swarm.Orchestration;
using Swarm.Orchestration.Jobs;
using Swarm.Storage;

namespace Swarm.Control;

/// <summary>How far a job is, and whether it can still end well.</summary>
internal static class JobProgress
{
    /// <summary>Tasks that completed in the current run, and how many should.</summary>
    public static (long Completed, long Total) Of(ClusterView view, Service job)
    {
        var current = view.Tasks.OfService(job.Id).Where(task => JobSlots.IsCurrent(task, job));
        if (job.Spec.Mode is ReplicatedJobMode mode)
        {
            return (current.Count(task => task.Status.State == TaskState.Complete), mode.TotalCompletions);
        }

        var completed = current
            .Where(task => task.Status.State == TaskState.Complete)
            .Select(task => task.NodeId)
            .ToHashSet();
        var others = view.Nodes.Count(node => IsOpen(node, job) && !completed.Contains(node.Id));
        return (completed.Count, completed.Count + others);
    }

    /// <summary>Makes sure that the job can still complete.</summary>
    /// <exception cref="SwarmException">A task failed, and the restart policy gives it no other try.</exception>
    public static void RequireHope(ClusterView view, Service job)
    {
        foreach (var slot in view.Tasks.OfService(job.Id)
            .Where(task => JobSlots.IsCurrent(task, job))
            .GroupBy(task => SlotKey.Of(task, job)))
        {
            if (slot.All(task => task is { DesiredState: TaskState.Shutdown, Status.State: > TaskState.Shutdown }))
            {
                var reason = FailureReasons.LastOf(slot);
                throw SwarmException.FailedPrecondition(reason.Length > 0 ? $"job failed: {reason}" : "job failed");
            }
        }
    }

    private static bool IsOpen(Node node, Service job) =>
        NodeEligibility.IsOpen(node) && NodeEligibility.Matches(node, job.Spec.TaskTemplate.Placement);
}
