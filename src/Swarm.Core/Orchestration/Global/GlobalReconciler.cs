using Swarm.Orchestration.Restart;

namespace Swarm.Orchestration.Global;

/// <summary>Gives a global service one task on every eligible node.</summary>
internal static class GlobalReconciler
{
    /// <summary>Looks at every node.</summary>
    public static ReconcileResult Reconcile(
        Tick tick,
        Service service,
        RestartHistory history,
        Disconnects? disconnects = null)
    {
        var pass = new Pass(tick, service, history, disconnects);
        var byNode = tick.View.Tasks.OfService(service.Id).ToLookup(task => task.NodeId);
        foreach (var node in tick.View.Nodes)
        {
            pass.Visit(node.Id, node, byNode[node.Id]);
        }

        foreach (var stranded in byNode)
        {
            if (stranded.Key.IsEmpty || tick.View.Nodes.Find(stranded.Key.Value) is null)
            {
                pass.Visit(stranded.Key, null, stranded);
            }
        }

        return pass.ToResult();
    }

    /// <summary>Looks at one node.</summary>
    public static ReconcileResult Reconcile(
        Tick tick,
        Service service,
        NodeId node,
        IEnumerable<SwarmTask> tasksThere,
        RestartHistory history,
        Disconnects? disconnects = null)
    {
        var pass = new Pass(tick, service, history, disconnects);
        pass.Visit(node, tick.View.Nodes.Find(node.Value), tasksThere);
        return pass.ToResult();
    }

    /// <summary>What to do about a task that ended or lost its node.</summary>
    public static TaskWrite? Repair(Tick tick, Service service, SwarmTask task, RestartState restarts)
    {
        if (!RestartSupervisor.IsCandidate(task, tick.View))
        {
            return null;
        }

        // There is no other node for it, so on one that takes no new tasks nothing takes its place.
        return IsOpen(service, tick.View.Nodes.Find(task.NodeId.Value))
            ? RestartSupervisor.Restart(tick, service, task, restarts)
            : TaskWrite.Move(task.Id, TaskState.Shutdown);
    }

    /// <summary>True when the service belongs on the node, and the node takes new tasks.</summary>
    public static bool IsOpen(Service service, Node? node) =>
        Belongs(service, node) && node!.Spec.Availability != NodeAvailability.Pause;

    private static bool Belongs(Service service, Node? node) =>
        !NodeEligibility.IsLost(node) && NodeEligibility.Matches(node!, service.Spec.TaskTemplate.Placement);

    private sealed class Pass(Tick tick, Service service, RestartHistory history, Disconnects? disconnects)
    {
        private readonly DirtyCheck _dirty = new(service, tick.View);
        private readonly List<StoreWrite> _writes = [];
        private readonly List<SlotKey> _dirtySlots = [];

        public void Visit(NodeId nodeId, Node? node, IEnumerable<SwarmTask> tasksThere)
        {
            if (!Belongs(service, node))
            {
                foreach (var task in tasksThere.Where(task =>
                    task.DesiredState <= TaskState.Running
                    && disconnects?.IsWaitedFor(tick, service, task) != true))
                {
                    _writes.Add(TaskWrite.Move(task.Id, TaskState.Shutdown));
                }
            }
            else if (node!.Spec.Availability != NodeAvailability.Pause)
            {
                Fill(SlotKey.OnNode(service.Id, nodeId), [.. tasksThere]);
            }
        }

        public ReconcileResult ToResult() => new(_writes, _dirtySlots);

        private void Fill(SlotKey slot, SwarmTask[] tasksThere)
        {
            var occupants = RestartSupervisor.Occupants(tasksThere, service, history);
            if (occupants.Count == 0)
            {
                var task = TaskTemplate.NewTask(tick, service, slot, TaskState.Running);
                _writes.Add(TaskWrite.Create(service, task));
            }
            else if (occupants.Count > 1 || _dirty.IsDirty(occupants[0]))
            {
                _dirtySlots.Add(slot);
            }
        }
    }
}
