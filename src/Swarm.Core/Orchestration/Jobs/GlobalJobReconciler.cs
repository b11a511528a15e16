namespace Swarm.Orchestration.Jobs;

/// <summary>Lets a global job complete once on every node that takes tasks and meets its constraints.</summary>
internal static class GlobalJobReconciler
{
    /// <summary>Looks at every node.</summary>
    public static IReadOnlyList<StoreWrite> Reconcile(Tick tick, Service service, OrchestratorState state)
    {
        var writes = new List<StoreWrite>();
        var byNode = tick.View.Tasks.OfService(service.Id).ToLookup(task => task.NodeId);
        foreach (var node in tick.View.Nodes)
        {
            Visit(tick, service, node, byNode[node.Id], state, writes);
        }

        foreach (var stranded in byNode.Where(tasks => tick.View.Nodes.Find(tasks.Key.ToString()) is null))
        {
            JobTasks.RemoveEarlier(stranded, service, writes);
        }

        return writes;
    }

    /// <summary>Looks at one node.</summary>
    public static void Visit(
        Tick tick,
        Service service,
        Node node,
        IEnumerable<SwarmTask> tasksThere,
        OrchestratorState state,
        List<StoreWrite> writes)
    {
        SwarmTask[] tasks = [.. tasksThere];
        JobTasks.RemoveEarlier(tasks, service, writes);
        if (NodeEligibility.IsLost(node) || !NodeEligibility.Matches(node, service.Spec.TaskTemplate.Placement))
        {
            Leave(tick, service, tasks, state, writes);
        }
        else if (NodeEligibility.IsOpen(node)
            && JobSlots.UseOf(tasks, service, state.Restarts.History) == JobSlotUse.Free)
        {
            var slot = SlotKey.OnNode(service.Id, node.Id);
            writes.Add(TaskWrite.Create(service, TaskTemplate.NewTask(tick, service, slot, TaskState.Complete)));
        }
    }

    private static void Leave(
        Tick tick,
        Service service,
        SwarmTask[] tasks,
        OrchestratorState state,
        List<StoreWrite> writes)
    {
        foreach (var task in tasks.Where(task => JobSlots.IsCurrent(task, service)))
        {
            if (task is { Status.State: <= TaskState.Running, DesiredState: <= TaskState.Complete }
                && !state.Disconnects.IsWaitedFor(tick, service, task))
            {
                writes.Add(TaskWrite.Move(task.Id, TaskState.Shutdown));
            }
        }
    }
}
