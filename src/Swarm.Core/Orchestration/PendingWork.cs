namespace Swarm.Orchestration;

/// <summary>What has changed since the orchestrator last acted, sorted by what has to be done about it.</summary>
internal sealed class PendingWork
{
    /// <summary>Services to be looked at as a whole.</summary>
    public HashSet<ServiceId> Services { get; } = [];

    /// <summary>Services that are gone.</summary>
    public HashSet<ServiceId> RemovedServices { get; } = [];

    /// <summary>Nodes that global services may have to come to or leave.</summary>
    public HashSet<NodeId> Nodes { get; } = [];

    /// <summary>Nodes that are gone.</summary>
    public HashSet<NodeId> RemovedNodes { get; } = [];

    /// <summary>Slots of global services to be looked at.</summary>
    public HashSet<SlotKey> Slots { get; } = [];

    /// <summary>Tasks that may have to be replaced.</summary>
    public HashSet<TaskId> Tasks { get; } = [];

    /// <summary>Changed tasks of services that are being rolled out.</summary>
    public Dictionary<ServiceId, HashSet<TaskId>> Touched { get; } = [];

    /// <summary>Replicated jobs with the slots that changed.</summary>
    public Dictionary<ServiceId, HashSet<int>> JobSlots { get; } = [];

    /// <summary>Services whose tasks may be spread unevenly.</summary>
    public HashSet<ServiceId> Uneven { get; } = [];

    public bool IsEmpty =>
        Services.Count == 0
        && RemovedServices.Count == 0
        && Nodes.Count == 0
        && RemovedNodes.Count == 0
        && Slots.Count == 0
        && Tasks.Count == 0
        && Touched.Count == 0
        && JobSlots.Count == 0
        && Uneven.Count == 0;

    public void TouchJob(ServiceId service, int? slot = null)
    {
        if (!JobSlots.TryGetValue(service, out var slots))
        {
            JobSlots[service] = slots = [];
        }

        if (slot is { } number)
        {
            slots.Add(number);
        }
    }

    public void Touch(ServiceId service, TaskId task)
    {
        if (!Touched.TryGetValue(service, out var tasks))
        {
            Touched[service] = tasks = [];
        }

        tasks.Add(task);
    }
}
