namespace Swarm.Orchestration.Rebalance;

/// <summary>Where the tasks of a service are, as if the moves under way had ended; finds the next task to move.</summary>
internal sealed class ServiceSpread
{
    private readonly Dictionary<NodeId, int> _counts = [];
    private readonly Dictionary<NodeId, Stack<SwarmTask>> _movable = [];

    private ServiceSpread()
    {
    }

    /// <summary>True when every task runs but those that move: nothing else is going on.</summary>
    public bool IsSettled { get; private set; } = true;

    public static ServiceSpread Of(Tick tick, Service service, IReadOnlyList<Move> moves)
    {
        var spread = new ServiceSpread();
        foreach (var node in tick.View.Nodes)
        {
            if (NodeEligibility.IsOpen(node)
                && NodeEligibility.Matches(node, service.Spec.TaskTemplate.Placement))
            {
                spread._counts.Add(node.Id, 0);
            }
        }

        var leaving = moves.Select(move => move.Old).ToHashSet();
        var arriving = moves.ToDictionary(move => move.New, move => move.Target);
        foreach (var task in tick.View.Tasks.OfService(service.Id).Where(TaskGoal.IsWanted))
        {
            if (arriving.TryGetValue(task.Id, out var target))
            {
                spread.Count(task.NodeId.IsEmpty ? target : task.NodeId);
            }
            else if (!leaving.Contains(task.Id))
            {
                spread.Add(task);
            }
        }

        return spread;
    }

    /// <summary>The task to move next and the node with the fewest; null when all is even.</summary>
    public (SwarmTask Task, NodeId Target)? Next()
    {
        if (_counts.Count < 2)
        {
            return null;
        }

        var target = _counts.MinBy(node => (node.Value, node.Key.Value)).Key;
        var source = _counts
            .Where(node => _movable.TryGetValue(node.Key, out var tasks) && tasks.Count > 0)
            .OrderByDescending(node => node.Value)
            .ThenBy(node => node.Key.Value, StringComparer.Ordinal)
            .Select(node => node.Key)
            .FirstOrDefault();
        if (source.IsEmpty || _counts[source] - _counts[target] < 2)
        {
            return null;
        }

        _counts[source]--;
        _counts[target]++;
        return (_movable[source].Pop(), target);
    }

    // By slot, so that the highest one is on top.
    private void Add(SwarmTask task)
    {
        IsSettled &= task is { Status.State: TaskState.Running, DesiredState: TaskState.Running };
        Count(task.NodeId);
        if (!_movable.TryGetValue(task.NodeId, out var tasks))
        {
            _movable.Add(task.NodeId, tasks = new());
        }

        tasks.Push(task);
    }

    private void Count(NodeId node)
    {
        if (_counts.TryGetValue(node, out var count))
        {
            _counts[node] = count + 1;
        }
    }
}
