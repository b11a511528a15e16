using System.Runtime.CompilerServices;

namespace Swarm.Storage;

/// <summary>An inner node on the way to the current leaf, and which of its children the way takes.</summary>
internal struct SortedTreeFrame
{
    public SortedTreeNode Node;
    public int Index;
}

/// <summary>
/// The way down to the current leaf. Nodes are at least a quarter full except along the right edge, so eight levels
/// above the leaves suffice for any count, whatever the order of the edits.
/// </summary>
[InlineArray(8)]
internal struct SortedTreePath
{
    private SortedTreeFrame _first;
}

internal sealed partial class SortedTree<T>
{
    /// <summary>Items between two ranks; over a builder valid until its next edit.</summary>
    internal readonly struct Range
    {
        private readonly SortedTreeNode _root;
        private readonly Builder? _builder;
        private readonly int _edits;
        private readonly ulong _low;
        private readonly ulong _high;

        internal Range(SortedTreeNode root, Builder? builder, ulong low, ulong high)
        {
            _root = root;
            _builder = builder;
            _edits = builder is null ? 0 : builder.Edits;
            _low = low;
            _high = high;
        }

        public Enumerator GetEnumerator() => new(_root, _builder, _edits, _low, _high);
    }

    internal struct Enumerator
    {
        private readonly Builder? _builder;
        private readonly int _edits;
        private readonly ulong _high;
        private SortedTreeNode _leaf;
        private int _index;
        private int _depth;
        private SortedTreePath _path;
        private T? _current;

        internal Enumerator(SortedTreeNode root, Builder? builder, int edits, ulong low, ulong high)
        {
            _builder = builder;
            _edits = edits;
            _high = high;
            SortedTreeNode node = root;
            while (!node.IsLeaf)
            {
                int index = node.LowerBound(1, low) - 1;
                node = Push(node, index);
            }

            _leaf = node;
            _index = node.LowerBound(0, low) - 1;
        }

        public readonly T Current => _current!;

        public bool MoveNext()
        {
            if (_builder is not null && _builder.Edits != _edits)
            {
                throw new InvalidOperationException("The tree was edited during the enumeration.");
            }

            int index = _index + 1;
            if (index >= _leaf.Count)
            {
                if (!MoveToNextLeaf())
                {
                    return false;
                }

                index = 0;
            }

            if (_leaf.RankAt(index) > _high)
            {
                _leaf = SortedTreeNode.Empty;
                _depth = 0;
                return false;
            }

            _index = index;
            _current = ItemAt(_leaf, index);
            return true;
        }

        private bool MoveToNextLeaf()
        {
            while (_depth > 0)
            {
                ref SortedTreeFrame frame = ref _path[--_depth];
                int index = frame.Index + 1;
                if (index < frame.Node.Count)
                {
                    SortedTreeNode node = Push(frame.Node, index);
                    while (!node.IsLeaf)
                    {
                        node = Push(node, 0);
                    }

                    _leaf = node;
                    return true;
                }
            }

            return false;
        }

        private SortedTreeNode Push(SortedTreeNode node, int index)
        {
            ref SortedTreeFrame frame = ref _path[_depth++];
            frame.Node = node;
            frame.Index = index;
            return node.ChildAt(index);
        }
    }
}
