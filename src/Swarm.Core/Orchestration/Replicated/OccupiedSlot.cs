namespace Swarm.Orchestration.Replicated;

/// <summary>A numbered slot that has tasks filling it.</summary>
/// <param name="Number">Its number.</param>
/// <param name="IsRunning">One of the tasks runs.</param>
/// <param name="Node">Where its only task is; empty when it has several, or one without a node.</param>
/// <param name="IsDirty">It does not hold exactly one task that is as the service asks.</param>
internal readonly record struct OccupiedSlot(int Number, bool IsRunning, NodeId Node, bool IsDirty)
{
    public static OccupiedSlot Of(int number, IReadOnlyList<SwarmTask> occupants, DirtyCheck dirty) => new(
        number,
        occupants.Any(task => task.Status.State == TaskState.Running),
        occupants.Count == 1 ? occupants[0].NodeId : default,
        occupants.Count > 1 || dirty.IsDirty(occupants[0]));
}
