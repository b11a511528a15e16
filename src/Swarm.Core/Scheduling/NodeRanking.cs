namespace Swarm.Scheduling;

/// <summary>Ranks nodes for the tasks of one group.</summary>
internal sealed class NodeRanking(SchedulerState state, IReadOnlyList<ISchedulingScorer> scorers)
{
    private readonly List<NodeView> _known = [];
    private SwarmTask? _sample;
    private long _group;

    /// <summary>Active tasks of the service on every node that has some.</summary>
    public ServiceLoad Load { get; private set; } = new();

    /// <summary>Nodes with tasks or too many failures of the service, which total load alone does not rank.</summary>
    public IReadOnlyList<NodeView> Known => _known;

    public bool HasScorers => scorers.Count > 0;

    public void Begin(SwarmTask sample)
    {
        _sample = sample;
        _group++;
        _known.Clear();
        Load = state.Loads.Of(sample.ServiceId);
        foreach (var (node, count) in Load.Counts)
        {
            Know(node).GroupTasks = count;
        }

        KnowFailures(state.Failures.NodesWith(ServiceRevision.Of(sample)));
    }

    /// <summary>True when the node has tasks or too many failures of the service.</summary>
    public bool IsKnown(NodeView node) => node.Group == _group;

    public NodeRank Of(NodeView node)
    {
        var known = node.Group == _group;
        return new NodeRank(
            known ? node.GroupFailures : 0,
            known ? node.GroupTasks : 0,
            scorers.Count > 0 ? Score(node) : 0,
            node.ActiveTasks,
            node.Position);
    }

    public void Placed(NodeView node, int load)
    {
        if (node.Group != _group)
        {
            Reset(node);
        }

        node.GroupTasks += load;
    }

    private void KnowFailures(Dictionary<NodeView, int>? nodes)
    {
        if (nodes is null)
        {
            return;
        }

        foreach (var (node, count) in nodes)
        {
            if (count >= state.Options.FailureThreshold)
            {
                Know(node).GroupFailures = count;
            }
        }
    }

    private NodeView Know(NodeView node)
    {
        if (node.Group != _group)
        {
            Reset(node);
            if (node.IsPresent)
            {
                _known.Add(node);
            }
        }

        return node;
    }

    private void Reset(NodeView node) => (node.Group, node.GroupTasks, node.GroupFailures) = (_group, 0, 0);

    private float Score(NodeView node)
    {
        var sum = 0.0;
        foreach (var scorer in scorers)
        {
            sum += scorer.Weight * scorer.Score(_sample!, node);
        }

        return (float)sum;
    }
}
