namespace Swarm.Scheduling;

/// <summary>
/// The nodes in the order of their ids, and, in a tournament tree above them, which of them has the fewest tasks.
/// Taking the best node and putting it back cost O(log n).
/// </summary>
internal sealed class LoadOrder
{
    private const int Out = int.MaxValue;

    // Beyond this share of the nodes, walking over all of them is cheaper than one by one.
    private const int BulkShare = 8;

    private readonly List<NodeView> _nodes = [];
    private readonly List<NodeView> _touched = [];
    private int[] _tree = [Out, Out];
    private int _leaves = 1;
    private int _taken;
    private bool _drained;
    private bool _reshaped;

    public int Count => _nodes.Count;

    /// <summary>Changes whenever positions or labels do.</summary>
    public int Shape { get; private set; }

    public NodeView this[int position] => _nodes[position];

    public void Add(NodeView node)
    {
        var index = _nodes.BinarySearch(node, ById.Instance);
        _nodes.Insert(~index, node);
        _reshaped = true;
    }

    public void Remove(NodeView node)
    {
        _nodes.RemoveAt(_nodes.BinarySearch(node, ById.Instance));
        _reshaped = true;
    }

    /// <summary>Notes that labels have changed, and with them what is grouped by labels.</summary>
    public void Relabel() => Shape++;

    /// <summary>Notes that the load of a node has changed, or that it was taken.</summary>
    public void Touch(NodeView node)
    {
        if (!node.IsTouched)
        {
            node.IsTouched = true;
            _touched.Add(node);
        }
    }

    /// <summary>Makes the tree agree with the nodes; everything taken is back.</summary>
    public void Refresh()
    {
        if (_reshaped)
        {
            Reshape();
        }
        else if (_drained || _touched.Count * BulkShare > _nodes.Count)
        {
            Rebuild();
        }
        else
        {
            foreach (var node in _touched)
            {
                if (node.IsPresent)
                {
                    Set(node.Position, node.ActiveTasks);
                }
            }
        }

        foreach (var node in _touched)
        {
            node.IsTouched = false;
        }

        _touched.Clear();
        (_taken, _drained) = (0, false);
    }

    /// <summary>The node with the fewest tasks, of equal ones the first; null when all are taken.</summary>
    public NodeView? Peek()
    {
        var best = _tree[1];
        if (_drained || best == Out)
        {
            return null;
        }

        var index = 1;
        while (index < _leaves)
        {
            index *= 2;
            index += _tree[index] == best ? 0 : 1;
        }

        return _nodes[index - _leaves];
    }

    /// <summary>Takes a node, usually the one that <see cref="Peek"/> gave, until <see cref="Refresh"/>.</summary>
    public void Take(NodeView node)
    {
        Set(node.Position, Out);
        Touch(node);
        _taken++;
    }

    /// <summary>True when so many were taken that taking the rest at once is better.</summary>
    public bool ShouldDrain => _taken * BulkShare > _nodes.Count;

    /// <summary>Takes all that are left, by position.</summary>
    public void Drain(List<NodeView> rest)
    {
        for (var position = 0; position < _nodes.Count; position++)
        {
            if (_tree[_leaves + position] != Out)
            {
                rest.Add(_nodes[position]);
            }
        }

        _drained = true;
    }

    private void Reshape()
    {
        _leaves = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, _nodes.Count));
        if (_tree.Length != 2 * _leaves)
        {
            _tree = new int[2 * _leaves];
        }

        for (var position = 0; position < _nodes.Count; position++)
        {
            _nodes[position].Position = position;
        }

        Rebuild();
        _reshaped = false;
        Shape++;
    }

    private void Rebuild()
    {
        for (var position = 0; position < _leaves; position++)
        {
            _tree[_leaves + position] = position < _nodes.Count ? _nodes[position].ActiveTasks : Out;
        }

        for (var i = _leaves - 1; i > 0; i--)
        {
            _tree[i] = Math.Min(_tree[2 * i], _tree[(2 * i) + 1]);
        }
    }

    private void Set(int position, int tasks)
    {
        var i = _leaves + position;
        _tree[i] = tasks;
        for (i /= 2; i > 0; i /= 2)
        {
            var least = Math.Min(_tree[2 * i], _tree[(2 * i) + 1]);
            if (_tree[i] == least)
            {
                break;
            }

            _tree[i] = least;
        }
    }

    private sealed class ById : IComparer<NodeView>
    {
        public static readonly ById Instance = new();

        public int Compare(NodeView? x, NodeView? y) => string.CompareOrdinal(x!.Node.Id.Value, y!.Node.Id.Value);
    }
}
