namespace Swarm.Scheduling;

/// <summary>What a task takes up on its node.</summary>
internal readonly record struct TaskUse(
    long NanoCpus,
    long MemoryBytes,
    ValueList<GenericResource> Generic,
    HostPort[]? HostPorts)
{
    public static TaskUse Of(SwarmTask task) => Of(task, task.AssignedGenericResources);

    public static TaskUse Of(SwarmTask task, ValueList<GenericResource> generic)
    {
        var reserved = task.Spec.Resources?.Reservations;
        var ports = task.Endpoint is null ? null : HostPort.Of(task);
        return new(reserved?.NanoCpus ?? 0, reserved?.MemoryBytes ?? 0, generic, ports);
    }

    /// <summary>From assignment to the end; that a task is meant to end frees nothing yet.</summary>
    public static bool Occupies(SwarmTask task) =>
        !task.NodeId.IsEmpty && task.Status.State is >= TaskState.Assigned and <= TaskState.Running;

    /// <summary>Tasks that are meant to end no longer count as load.</summary>
    public static bool IsActive(SwarmTask task) => task.DesiredState <= TaskState.Complete;
}
