using System.Runtime.CompilerServices;

namespace Swarm.Storage;

/// <summary>
/// Immutable map ordered by rank and, among equal ranks, by ordinal comparison of the id: a B+tree whose nodes are
/// shared between versions. Safe for any number of readers; a <see cref="Builder"/> makes the next version.
/// </summary>
/// <remarks>A rank is not derived from the item: an item is found and removed under the rank it was set with.</remarks>
internal sealed partial class SortedTree<T>
    where T : class
{
    private readonly Func<T, string> _idOf;
    private readonly SortedTreeNode _root;

    private SortedTree(Func<T, string> idOf, SortedTreeNode root, int count)
    {
        _idOf = idOf;
        _root = root;
        Count = count;
    }

    public int Count { get; }

    /// <summary>The topmost node, for checks of the shape.</summary>
    internal SortedTreeNode Root => _root;

    /// <summary>An empty tree; <paramref name="idOf"/> must give the same id for an item for ever.</summary>
    public static SortedTree<T> Create(Func<T, string> idOf) => new(idOf, SortedTreeNode.Empty, 0);

    public T? Find(ulong rank, string id) => Find(_root, _idOf, rank, id);

    /// <summary>Starts the next version; costs nothing until the first edit.</summary>
    public Builder ToBuilder() => new(this);

    /// <summary>All items in ascending order.</summary>
    public Enumerator GetEnumerator() => From(ulong.MinValue, ulong.MaxValue).GetEnumerator();

    /// <summary>The items whose rank lies between two ranks, both included, in ascending order.</summary>
    public Range From(ulong lowRank, ulong highRank) => new(_root, builder: null, lowRank, highRank);

    public IEnumerable<T> AsEnumerable()
    {
        foreach (T item in this)
        {
            yield return item;
        }
    }

    private static T? Find(SortedTreeNode root, Func<T, string> idOf, ulong rank, string id)
    {
        SortedTreeNode node = root;
        while (!node.IsLeaf)
        {
            node = node.ChildAt(node.ChildIndex(rank, id));
        }

        int index = IndexOf(node, idOf, rank, id);
        return index < 0 ? null : ItemAt(node, index);
    }

    /// <summary>The index of a key in a leaf, or the complement of the index where it belongs.</summary>
    private static int IndexOf(SortedTreeNode leaf, Func<T, string> idOf, ulong rank, string id)
    {
        int index = leaf.LowerBound(0, rank);
        if (index == leaf.Count || leaf.RankAt(index) != rank)
        {
            return ~index;
        }

        // Ranks are nearly unique: the first entry is compared before the end of the equal ones is looked for.
        int order = string.CompareOrdinal(idOf(ItemAt(leaf, index)), id);
        if (order >= 0)
        {
            return order == 0 ? index : ~index;
        }

        index++;
        return index < leaf.Count && leaf.RankAt(index) == rank
            ? IndexAmongEqual(leaf, idOf, index, rank, id)
            : ~index;
    }

    private static int IndexAmongEqual(SortedTreeNode leaf, Func<T, string> idOf, int start, ulong rank, string id)
    {
        int low = start;
        int high = rank == ulong.MaxValue ? leaf.Count : leaf.LowerBound(start, rank + 1);
        while (low < high)
        {
            int middle = (low + high) >> 1;
            int order = string.CompareOrdinal(idOf(ItemAt(leaf, middle)), id);
            if (order == 0)
            {
                return middle;
            }

            if (order < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return ~low;
    }

    // Leaves of this tree hold nothing but T: a checked cast would be a type lookup on each access.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ItemAt(SortedTreeNode leaf, int index) => Unsafe.As<T>(leaf.ValueAt(index));
}
