namespace Swarm.Scheduling;

/// <summary>The filters as they apply to one group of tasks, and how many nodes each of them rejected.</summary>
internal sealed class FilterPipeline(IReadOnlyList<ISchedulingFilter> filters)
{
    private readonly INodePredicate[] _predicates = new INodePredicate[filters.Count];
    private readonly int[] _filterOf = new int[filters.Count];
    private readonly int[] _rejected = new int[filters.Count];
    private int _bound;
    private int _firstVariable;

    public void Bind(SwarmTask task)
    {
        Array.Clear(_rejected);
        (_bound, _firstVariable) = (0, filters.Count);
        for (var i = 0; i < filters.Count; i++)
        {
            if (filters[i].TryBind(task, out var predicate))
            {
                if (predicate is not IFixedNodePredicate)
                {
                    _firstVariable = Math.Min(_firstVariable, _bound);
                }

                _predicates[_bound] = predicate;
                _filterOf[_bound++] = i;
            }
        }
    }

    /// <summary>Asks all filters.</summary>
    public bool Admits(NodeView node) => AdmitsFrom(0, node);

    /// <summary>Asks again the filters that a task placed on the node may have changed.</summary>
    public bool StillAdmits(NodeView node) => AdmitsFrom(_firstVariable, node);

    public SchedulingExplanation Explain(bool preassigned)
    {
        // The sort is stable: equal counts stay in the order of the filters.
        var rejections = filters
            .Select((filter, i) => (Filter: filter, Nodes: _rejected[i]))
            .Where(entry => entry.Nodes > 0)
            .OrderByDescending(entry => entry.Nodes)
            .Select(entry => new FilterRejection(entry.Filter.Name, entry.Nodes, entry.Filter.Explain(entry.Nodes)));
        return new SchedulingExplanation([.. rejections], preassigned, WaitsForRoom());
    }

    // What a filter that is not ours goes by is not known, so it is asked again whenever something happens.
    private bool WaitsForRoom()
    {
        for (var i = 0; i < _bound; i++)
        {
            if (_rejected[_filterOf[i]] > 0 && _predicates[i] is not IFixedNodePredicate)
            {
                return true;
            }
        }

        return false;
    }

    private bool AdmitsFrom(int first, NodeView node)
    {
        for (var i = first; i < _bound; i++)
        {
            if (!_predicates[i].Admits(node))
            {
                _rejected[_filterOf[i]]++;
                return false;
            }
        }

        return true;
    }
}
