namespace Swarm.Orchestration.Restart;

/// <summary>
/// Tasks on nodes that are down, and how long their services wait for the node (<see
/// cref="ServiceLabels.Disconnect"/>).
/// Memory of the leader: a new one lets the time begin anew.
/// </summary>
internal sealed class Disconnects
{
    private readonly Dictionary<NodeId, DateTimeOffset> _downSince = [];
    private readonly WakeQueue<TaskId> _wakes = new();

    /// <summary>When the patience with some task ends next.</summary>
    public DateTimeOffset? Next => _wakes.Next;

    /// <summary>The node is up, or gone for good.</summary>
    public void Forget(NodeId node) => _downSince.Remove(node);

    /// <summary>
    /// True when a task is left alone although its node is down; the task comes back in <see cref="TakeDue"/> when the
    /// patience ends.
    /// </summary>
    public bool IsWaitedFor(Tick tick, Service service, SwarmTask task)
    {
        if (task.Status.State > TaskState.Running
            || tick.View.Nodes.Find(task.NodeId.ToString()) is not { Status.State: NodeState.Down } node
            || node.Spec.Availability == NodeAvailability.Drain)
        {
            return false;
        }

        var patience = ServicePolicies.Of(service).LostAfter;
        if (patience == TimeSpan.Zero)
        {
            return false;
        }

        _downSince.TryAdd(node.Id, tick.Now);
        if (patience is not { } limit)
        {
            return true;
        }

        var end = _downSince[node.Id] + limit;
        if (end <= tick.Now)
        {
            return false;
        }

        _wakes.Set(task.Id, end);
        return true;
    }

    /// <summary>Tasks to look at again.</summary>
    public IEnumerable<TaskId> TakeDue(DateTimeOffset now)
    {
        while (_wakes.TryTake(now, out var task))
        {
            yield return task;
        }
    }
}
