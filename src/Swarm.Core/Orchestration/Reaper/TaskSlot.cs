using Swarm.Storage;

namespace Swarm.Orchestration;

/// <summary>Tasks that follow one another: of a replicated service's slot, or of a global service on a node.</summary>
/// <param name="ServiceId">The service.</param>
/// <param name="Slot">The slot; 0 for global services.</param>
/// <param name="NodeId">The node; only for global services. Slot 0 without one is the first of a job.</param>
internal readonly record struct TaskSlot(ServiceId ServiceId, int Slot, NodeId NodeId)
{
    public static TaskSlot Of(SwarmTask task) =>
        new(task.ServiceId, task.Slot, task.Slot == 0 ? task.NodeId : default);

    public IReadOnlyList<SwarmTask> TasksIn(ClusterView view)
    {
        var (service, slot, node) = this;
        return slot != 0 || node.IsEmpty
            ? [.. view.Tasks.OfSlot(service, slot)]
            : [.. view.Tasks.OnNode(node).Where(task => task.ServiceId == service && task.Slot == 0)];
    }
}
