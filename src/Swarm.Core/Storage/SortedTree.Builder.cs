namespace Swarm.Storage;

internal sealed partial class SortedTree<T>
{
    /// <summary>
    /// The single writer: edits in place the nodes it made since the last <see cref="ToImmutable"/> and copies all
    /// others first. Not safe for concurrent use.
    /// </summary>
    internal sealed class Builder
    {
        private readonly Func<T, string> _idOf;
        private SortedTreeNode _root;
        private int _count;

        /// <summary>The tree with the current content; null once that has been edited.</summary>
        private SortedTree<T>? _tree;

        /// <summary>Marks the nodes that no tree has seen; null until such a node is needed.</summary>
        private object? _owner;

        internal Builder(SortedTree<T> tree)
        {
            _idOf = tree._idOf;
            _root = tree._root;
            _count = tree.Count;
            _tree = tree;
        }

        public int Count => _count;

        /// <summary>Counts the edits, so that an enumeration can tell that it has been invalidated.</summary>
        internal int Edits { get; private set; }

        private object Owner => _owner ??= new object();

        public T? Find(ulong rank, string id) => SortedTree<T>.Find(_root, _idOf, rank, id);

        /// <summary>
        /// Inserts an item or replaces the one under the same key, which it returns. Setting the very item that is
        /// there already is no edit.
        /// </summary>
        /// <exception cref="ArgumentException">The item has another id: it could not be found again.</exception>
        public T? Set(ulong rank, string id, T item)
        {
            if (!string.Equals(_idOf(item), id, StringComparison.Ordinal))
            {
                throw new ArgumentException("The item has another id than the one it is set under.", nameof(item));
            }

            var edit = new Edit { Rank = rank, Id = id, Item = item };
            SortedTreeNode root = Set(_root, ref edit, isRightEdge: true);
            if (edit.Split is not null)
            {
                var top = new SortedTreeNode(Owner, capacity: 2, isLeaf: false);
                top.InsertAt(0, 0, root, "");
                top.InsertAt(1, edit.SplitRank, edit.Split, edit.SplitId!);
                root = top;
            }

            if (edit.Previous is null)
            {
                _count++;
            }

            if (!ReferenceEquals(edit.Previous, item))
            {
                Edited(root);
            }

            return edit.Previous;
        }

        /// <summary>Removes and returns the item under a key; null when there is none.</summary>
        public T? Remove(ulong rank, string id)
        {
            var edit = new Edit { Rank = rank, Id = id };
            SortedTreeNode root = Remove(_root, ref edit);
            if (edit.Previous is not null)
            {
                while (root.Count <= 1 && !root.IsLeaf)
                {
                    root = root.Count == 0 ? SortedTreeNode.Empty : root.ChildAt(0);
                }

                _count--;
                Edited(root.Count == 0 ? SortedTreeNode.Empty : root);
            }

            return edit.Previous;
        }

        /// <summary>The current content; the same tree until the next edit. The builder stays usable.</summary>
        public SortedTree<T> ToImmutable()
        {
            if (_tree is null)
            {
                _owner = null;
                _tree = new SortedTree<T>(_idOf, _root, _count);
            }

            return _tree;
        }

        /// <summary>All items in ascending order; the enumeration ends with an exception after an edit.</summary>
        public Enumerator GetEnumerator() => From(ulong.MinValue, ulong.MaxValue).GetEnumerator();

        /// <summary>The items whose rank lies between two ranks, both included, in ascending order.</summary>
        public Range From(ulong lowRank, ulong highRank) => new(_root, this, lowRank, highRank);

        private void Edited(SortedTreeNode root)
        {
            _root = root;
            _tree = null;
            Edits++;
        }

        private SortedTreeNode Set(SortedTreeNode node, ref Edit edit, bool isRightEdge)
        {
            if (node.IsLeaf)
            {
                return SetInLeaf(node, ref edit, isRightEdge);
            }

            int index = node.ChildIndex(edit.Rank, edit.Id);
            SortedTreeNode child = node.ChildAt(index);
            SortedTreeNode changed = Set(child, ref edit, isRightEdge && index == node.Count - 1);
            if (!ReferenceEquals(changed, child))
            {
                node = Own(node, extra: 0);
                node.SetValue(index, changed);
            }

            if (edit.Split is not { } split)
            {
                return node;
            }

            edit.Split = null;
            return Insert(node, index + 1, edit.SplitRank, split, edit.SplitId!, ref edit, isRightEdge);
        }

        private SortedTreeNode SetInLeaf(SortedTreeNode leaf, ref Edit edit, bool isRightEdge)
        {
            int index = IndexOf(leaf, _idOf, edit.Rank, edit.Id);
            if (index < 0)
            {
                return Insert(leaf, ~index, edit.Rank, edit.Item!, edit.Id, ref edit, isRightEdge);
            }

            edit.Previous = ItemAt(leaf, index);
            if (!ReferenceEquals(edit.Previous, edit.Item))
            {
                leaf = Own(leaf, extra: 0);
                leaf.SetValue(index, edit.Item!);
            }

            return leaf;
        }

        private SortedTreeNode Insert(
            SortedTreeNode node, int index, ulong rank, object value, string id, ref Edit edit, bool isRightEdge)
        {
            if (!node.IsFull)
            {
                node = Own(node, extra: 1);
                node.InsertAt(index, rank, value, id);
                return node;
            }

            // Ascending keys would leave every node half empty behind them if the last one was split in the middle.
            if (isRightEdge && index == node.Count)
            {
                edit.Split = new SortedTreeNode(Owner, capacity: 1, node.IsLeaf);
                edit.Split.InsertAt(0, rank, value, id);
                edit.SplitRank = rank;
                edit.SplitId = id;
                return node;
            }

            int half = node.Count / 2;
            bool toLeft = index <= half;
            SortedTreeNode left = node.Slice(Owner, 0, half, extra: toLeft ? 1 : 0);
            SortedTreeNode right = node.Slice(Owner, half, node.Count, extra: toLeft ? 0 : 1);
            (toLeft ? left : right).InsertAt(toLeft ? index : index - half, rank, value, id);
            edit.Split = right;
            edit.SplitRank = right.RankAt(0);
            edit.SplitId = FirstId(right);
            return left;
        }

        private SortedTreeNode Remove(SortedTreeNode node, ref Edit edit)
        {
            if (node.IsLeaf)
            {
                int found = IndexOf(node, _idOf, edit.Rank, edit.Id);
                if (found >= 0)
                {
                    edit.Previous = ItemAt(node, found);
                    node = Own(node, extra: 0);
                    node.RemoveAt(found);
                }

                return node;
            }

            int index = node.ChildIndex(edit.Rank, edit.Id);
            SortedTreeNode child = node.ChildAt(index);
            SortedTreeNode changed = Remove(child, ref edit);
            if (edit.Previous is null)
            {
                return node;
            }

            if (!ReferenceEquals(changed, child))
            {
                node = Own(node, extra: 0);
                node.SetValue(index, changed);
            }

            if (changed.Count < SortedTreeNode.MinCount)
            {
                Refill(node, index);
            }

            return node;
        }

        /// <summary>Joins a child that has few entries left with a neighbour, or takes entries over from it.</summary>
        private void Refill(SortedTreeNode node, int index)
        {
            if (node.ChildAt(index).Count == 0)
            {
                node.RemoveAt(index);
                return;
            }

            // Without a neighbour the node is the last of its level; its own parent refills it.
            if (node.Count == 1)
            {
                return;
            }

            int left = Math.Max(index - 1, 0);
            int right = left + 1;
            SortedTreeNode joined = SortedTreeNode.Join(
                Owner, node.ChildAt(left), node.ChildAt(right), node.RankAt(right), node.IdAt(right));
            if (joined.Count <= SortedTreeNode.MaxJoined)
            {
                node.SetValue(left, joined);
                node.RemoveAt(right);
                return;
            }

            int half = joined.Count / 2;
            SortedTreeNode rest = joined.Slice(Owner, half, joined.Count, extra: 0);
            node.SetValue(left, joined.Slice(Owner, 0, half, extra: 0));
            node.SetChild(right, rest, rest.RankAt(0), FirstId(rest));
        }

        private string FirstId(SortedTreeNode node) => node.IsLeaf ? _idOf(ItemAt(node, 0)) : node.IdAt(0)!;

        // A node of this builder is reachable only through nodes of this builder: owning upwards from the leaf is safe.
        private SortedTreeNode Own(SortedTreeNode node, int extra) =>
            node.IsOwnedBy(Owner) ? node : node.Slice(Owner, 0, node.Count, extra);

        /// <summary>One edit on its way down, and what it found or caused on its way up.</summary>
        private ref struct Edit
        {
            public ulong Rank;
            public string Id;
            public T? Item;
            public T? Previous;
            public SortedTreeNode? Split;
            public ulong SplitRank;
            public string? SplitId;
        }
    }
}
