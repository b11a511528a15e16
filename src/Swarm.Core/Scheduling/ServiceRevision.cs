namespace Swarm.Scheduling;

/// <summary>One version of a service's spec; its tasks are alike and their failures on a node count together.</summary>
/// <param name="ServiceId">The service; empty for tasks without one.</param>
/// <param name="SpecVersion">The version of its spec; null for tasks without a service.</param>
public readonly record struct ServiceRevision(ServiceId ServiceId, ObjectVersion? SpecVersion)
{
    /// <summary>The revision that a task was made from.</summary>
    /// <param name="task">The task.</param>
    /// <returns>Its service and spec version.</returns>
    public static ServiceRevision Of(SwarmTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return new(task.ServiceId, task.SpecVersion);
    }
}
