namespace Swarm.Scheduling;

/// <summary>The nodes of one branch, best first; filters are asked only when a node's turn has come.</summary>
internal sealed class CandidateQueue(LoadOrder order, NodeRanking ranking, FilterPipeline pipeline)
{
    private readonly MinHeap<NodeRank> _heap = new();
    private readonly List<NodeView> _rest = [];
    private NodeView? _next;

    /// <summary>Starts with the given nodes.</summary>
    public void Begin(IReadOnlyList<NodeView> nodes)
    {
        _next = null;
        _heap.Clear();
        Append(nodes);
    }

    /// <summary>Starts with all nodes, but looks at those without tasks of the service only as far as needed.</summary>
    public void BeginLazily()
    {
        _heap.Clear();
        Append(ranking.Known);
        _next = order.Peek();
        if (ranking.HasScorers)
        {
            DrainOrder();
        }
    }

    /// <summary>The best node that passes the filters; null when there is none left.</summary>
    public NodeView? Best()
    {
        while (true)
        {
            FillUp();
            if (_heap.Count == 0)
            {
                return null;
            }

            var node = order[_heap.Top.Position];
            if (_heap.Top.HasPassed)
            {
                return node;
            }

            if (pipeline.Admits(node))
            {
                _heap.ReplaceTop(_heap.Top.Passed);
                return node;
            }

            _heap.RemoveTop();
        }
    }

    /// <summary>Ranks the best node anew after a task was placed on it, or leaves it out.</summary>
    public void Placed(NodeView node, bool stillAdmitted)
    {
        if (stillAdmitted)
        {
            _heap.ReplaceTop(ranking.Of(node).Passed);
        }
        else
        {
            _heap.RemoveTop();
        }
    }

    // Among nodes without tasks of the service the total decides, and in that order they come.
    private void FillUp()
    {
        while (_next is { } node && (_heap.Count == 0 || RankOfUnknown(node) < _heap.Top))
        {
            if (order.ShouldDrain)
            {
                DrainOrder();
                return;
            }

            order.Take(node);
            if (!ranking.IsKnown(node))
            {
                _heap.Add(ranking.Of(node));
            }

            _next = order.Peek();
        }
    }

    private static NodeRank RankOfUnknown(NodeView node) => new(0, 0, 0, node.ActiveTasks, node.Position);

    private void DrainOrder()
    {
        _next = null;
        _rest.Clear();
        order.Drain(_rest);
        foreach (var node in _rest)
        {
            // So many are never all needed in order: those that fail are better found now than one by one on top.
            if (!ranking.IsKnown(node) && pipeline.Admits(node))
            {
                _heap.Append(ranking.Of(node).Passed);
            }
        }

        _heap.Restore();
    }

    private void Append(IReadOnlyList<NodeView> nodes)
    {
        for (var i = 0; i < nodes.Count; i++)
        {
            _heap.Append(ranking.Of(nodes[i]));
        }

        _heap.Restore();
    }
}
