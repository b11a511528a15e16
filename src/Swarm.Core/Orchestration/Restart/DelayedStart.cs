using Swarm.Storage;

namespace Swarm.Orchestration.Restart;

/// <summary>A task that is created but must not run yet.</summary>
/// <param name="Task">The task, desired state READY.</param>
/// <param name="NotBefore">End of its delay.</param>
/// <param name="Predecessors">Tasks that must have stopped first.</param>
/// <param name="PatienceEnds">When it no longer waits for them.</param>
internal sealed record DelayedStart(
    TaskId Task,
    DateTimeOffset NotBefore,
    IReadOnlyList<TaskId> Predecessors,
    DateTimeOffset PatienceEnds)
{
    /// <summary>How long a new task waits for its predecessor to stop.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Starts after a delay and after other tasks have stopped.</summary>
    public static DelayedStart After(
        TaskId task,
        DateTimeOffset now,
        TimeSpan delay,
        IReadOnlyList<TaskId> predecessors) => new(task, now + delay, predecessors, now + Patience);

    /// <summary>Starts at a certain time.</summary>
    public static DelayedStart At(TaskId task, DateTimeOffset time) => new(task, time, [], time);

    public bool IsDue(ClusterView view, DateTimeOffset now) =>
        now >= NotBefore && (now >= PatienceEnds || Predecessors.All(task => HasStopped(task, view)));

    private static bool HasStopped(TaskId id, ClusterView view)
    {
        if (view.Tasks.Find(id) is not { } task || task.Status.State > TaskState.Running)
        {
            return true;
        }

        // One that no node ever got does not run anywhere, and one on a lost node will not tell when it stops.
        return task.NodeId.IsEmpty
            ? task.DesiredState > TaskState.Running
            : view.Nodes.Find(task.NodeId.Value) is not { Status.State: not NodeState.Down };
    }
}
