namespace Swarm.Scheduling;

/// <summary>Which tasks go where, and why others go nowhere.</summary>
public sealed class SchedulingPlan
{
    internal SchedulingPlan(IReadOnlyList<TaskPlacement> assigned, IReadOnlyList<UnplacedTask> unplaced)
    {
        Assigned = assigned;
        Unplaced = unplaced;
    }

    /// <summary>The tasks that were placed, group by group, in the order in which they were placed.</summary>
    public IReadOnlyList<TaskPlacement> Assigned { get; }

    /// <summary>The tasks that fit no node.</summary>
    public IReadOnlyList<UnplacedTask> Unplaced { get; }
}

/// <summary>A task and the node chosen for it.</summary>
/// <param name="Task">The task.</param>
/// <param name="Node">The node.</param>
public readonly record struct TaskPlacement(TaskId Task, NodeId Node)
{
    /// <summary>Generic resources of the node set aside for the task; to be written into it.</summary>
    public ValueList<GenericResource> GenericResources { get; init; }
}

/// <summary>A task that fits no node.</summary>
/// <param name="Task">The task.</param>
/// <param name="Explanation">Why; shared by tasks that are alike.</param>
public readonly record struct UnplacedTask(TaskId Task, SchedulingExplanation Explanation);
