using Swarm.Orchestration.Restart;

namespace Swarm.Orchestration.Jobs;

/// <summary>What a slot of a job's current run has come to.</summary>
internal enum JobSlotUse
{
    /// <summary>Nothing: a task may be started in it.</summary>
    Free,

    /// <summary>A task is on its way to completion.</summary>
    Active,

    /// <summary>Its task failed, and its restart policy gives it no other.</summary>
    Exhausted,

    /// <summary>A task completed.</summary>
    Completed,
}

/// <summary>Looks at slots of jobs.</summary>
internal static class JobSlots
{
    /// <summary>What the tasks of one slot come to; those of earlier runs do not count.</summary>
    public static JobSlotUse UseOf(IEnumerable<SwarmTask> tasks, Service service, RestartHistory history)
    {
        var use = JobSlotUse.Free;
        SwarmTask? newest = null;
        foreach (var task in tasks)
        {
            if (!IsCurrent(task, service))
            {
                continue;
            }

            if (task.Status.State == TaskState.Complete)
            {
                return JobSlotUse.Completed;
            }

            use = task.DesiredState <= TaskState.Complete ? JobSlotUse.Active : use;
            newest = IsNewer(task, newest) ? task : newest;
        }

        return use == JobSlotUse.Free
            && newest is { DesiredState: < TaskState.Remove }
            && !RestartSupervisor.ShouldRestart(newest, SlotKey.Of(newest, service), history)
                ? JobSlotUse.Exhausted
                : use;
    }

    /// <summary>True for tasks of the job's current run.</summary>
    public static bool IsCurrent(SwarmTask task, Service service) =>
        task.JobIteration is { } iteration && iteration == service.JobStatus?.Iteration;

    private static bool IsNewer(SwarmTask task, SwarmTask? other) =>
        other is null || (task.CreatedAt, task.Version.Index).CompareTo((other.CreatedAt, other.Version.Index)) > 0;
}
