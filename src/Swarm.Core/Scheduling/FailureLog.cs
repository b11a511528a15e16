namespace Swarm.Scheduling;

/// <summary>Failures of tasks on nodes, forgotten after a while.</summary>
internal sealed class FailureLog(TimeSpan lookback)
{
    private readonly Queue<(DateTimeOffset At, ServiceRevision Revision, NodeView Node)> _failures = new();
    private readonly Dictionary<ServiceRevision, Dictionary<NodeView, int>> _nodes = [];

    public void Record(ServiceRevision revision, NodeView node, DateTimeOffset now)
    {
        _failures.Enqueue((now, revision, node));
        Change(revision, node, 1);
    }

    /// <summary>Takes over failures whose time is not known; they are not forgotten.</summary>
    public void Import(NodeView node)
    {
        foreach (var (revision, count) in node.RecentFailures)
        {
            Of(revision)[node] = count;
        }
    }

    public void Forget(DateTimeOffset now)
    {
        while (_failures.TryPeek(out var oldest) && now - oldest.At >= lookback)
        {
            _failures.Dequeue();
            Change(oldest.Revision, oldest.Node, -1);
        }
    }

    /// <summary>Nodes with failures of a revision; null when there are none.</summary>
    public Dictionary<NodeView, int>? NodesWith(ServiceRevision revision) => _nodes.GetValueOrDefault(revision);

    private Dictionary<NodeView, int> Of(ServiceRevision revision)
    {
        if (!_nodes.TryGetValue(revision, out var nodes))
        {
            _nodes.Add(revision, nodes = []);
        }

        return nodes;
    }

    private void Change(ServiceRevision revision, NodeView node, int by)
    {
        var nodes = Of(revision);
        var count = nodes.GetValueOrDefault(node) + by;
        node.ChangeFailures(revision, by);
        if (count > 0)
        {
            nodes[node] = count;
        }
        else if (nodes.Remove(node) && nodes.Count == 0)
        {
            _nodes.Remove(revision);
        }
    }
}
