namespace Swarm.Scheduling;

/// <summary>The nodes by the values of spread labels, one level per label, and the load of each branch.</summary>
internal sealed class SpreadTree(SpreadBranch root, SpreadBranch[] leafOf)
{
    /// <summary>Counts the tasks of a service on all nodes of every branch, eligible nodes or not.</summary>
    public void Begin(ServiceLoad load)
    {
        root.Reset();
        if (leafOf.Length == 0)
        {
            return;
        }

        foreach (var (node, count) in load.Counts)
        {
            if (node.IsPresent)
            {
                leafOf[node.Position].AddLoad(count);
            }
        }
    }

    /// <summary>The node for the next task; null when all branches are full.</summary>
    public NodeView? Best() => root.Best();

    /// <summary>Counts a task placed on the node that <see cref="Best"/> gave.</summary>
    public void Placed(NodeView node, int load, bool stillAdmitted) => root.Placed(node, load, stillAdmitted);
}

/// <summary>A branch: either more branches by the next label, or nodes.</summary>
internal sealed class SpreadBranch(Func<CandidateQueue> makeQueue, SpreadBranch? parent = null)
{
    private readonly SortedList<string, SpreadBranch> _children = new(StringComparer.Ordinal);
    private readonly List<NodeView> _nodes = [];

    // Usable children by load; of equal ones the first value comes first.
    private readonly MinHeap<ulong> _usable = new();
    private CandidateQueue? _queue;
    private int _load;
    private bool _begun;

    public SpreadBranch Child(string value)
    {
        if (!_children.TryGetValue(value, out var child))
        {
            _children.Add(value, child = new SpreadBranch(makeQueue, this));
        }

        return child;
    }

    public void Add(NodeView node) => _nodes.Add(node);

    public void Reset()
    {
        (_load, _begun) = (0, false);
        foreach (var child in _children.Values)
        {
            child.Reset();
        }
    }

    public void AddLoad(int count)
    {
        for (var branch = this; branch is not null; branch = branch.Parent)
        {
            branch._load += count;
        }
    }

    public NodeView? Best()
    {
        Begin();
        if (_children.Count == 0)
        {
            return _queue!.Best();
        }

        while (_usable.Count > 0)
        {
            if (First.Best() is { } node)
            {
                return node;
            }

            _usable.RemoveTop();
        }

        return null;
    }

    public void Placed(NodeView node, int load, bool stillAdmitted)
    {
        if (_children.Count == 0)
        {
            _queue!.Placed(node, stillAdmitted);
            return;
        }

        First.Placed(node, load, stillAdmitted);
        _usable.ReplaceTop(_usable.Top + ((ulong)load << 32));
    }

    private SpreadBranch? Parent => parent;

    private SpreadBranch First => _children.GetValueAtIndex((int)(uint)_usable.Top);

    private void Begin()
    {
        if (_begun)
        {
            return;
        }

        _begun = true;
        if (_children.Count == 0)
        {
            BeginQueue();
            return;
        }

        _usable.Clear();
        for (var i = 0; i < _children.Count; i++)
        {
            _usable.Append(((ulong)(uint)_children.GetValueAtIndex(i)._load << 32) | (uint)i);
        }

        _usable.Restore();
    }

    private void BeginQueue()
    {
        _queue ??= makeQueue();
        if (parent is null)
        {
            _queue.BeginLazily();
        }
        else
        {
            _queue.Begin(_nodes);
        }
    }
}
