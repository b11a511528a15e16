using Swarm.Storage;

namespace Swarm.Orchestration;

/// <summary>The place that one task after another fills: a number, or for global services a node.</summary>
internal readonly record struct SlotKey
{
    private SlotKey(ServiceId service, int number, NodeId node)
    {
        Service = service;
        Number = number;
        Node = node;
    }

    public ServiceId Service { get; }

    /// <summary>Number of the slot; 0 for global services.</summary>
    public int Number { get; }

    /// <summary>The node; empty for replicated services.</summary>
    public NodeId Node { get; }

    public bool IsGlobal => !Node.IsEmpty;

    public static SlotKey Numbered(ServiceId service, int number) => new(service, number, default);

    public static SlotKey OnNode(ServiceId service, NodeId node) => new(service, 0, node);

    public static SlotKey Of(SwarmTask task, Service service) => service.Spec.Mode is GlobalMode or GlobalJobMode
        ? OnNode(task.ServiceId, task.NodeId)
        : Numbered(task.ServiceId, task.Slot);

    /// <summary>The tasks of the slot that were told to stop and have not stopped yet.</summary>
    public IEnumerable<TaskId> StoppingIn(ClusterView view) => TasksIn(view).Where(IsStopping).Select(task => task.Id);

    /// <summary>All tasks of the slot, dead ones included.</summary>
    public IEnumerable<SwarmTask> TasksIn(ClusterView view)
    {
        if (!IsGlobal)
        {
            return view.Tasks.OfSlot(Service, Number);
        }

        var (service, node) = (Service, Node);
        return view.Tasks.CountOnNode(node) <= view.Tasks.CountOfService(service)
            ? view.Tasks.OnNode(node).Where(task => task.ServiceId == service)
            : view.Tasks.OfService(service).Where(task => task.NodeId == node);
    }

    private static bool IsStopping(SwarmTask task) => task is
    {
        DesiredState: > TaskState.Running,
        Status.State: >= TaskState.Assigned and <= TaskState.Running,
    };
}
