using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Swarm.Storage;

/// <summary>An item of a leaf under its rank, or a child of an inner node under the rank of its lower bound.</summary>
internal readonly struct SortedTreeEntry(ulong rank, object value)
{
    public readonly ulong Rank = rank;
    public readonly object Value = value;
}

/// <summary>
/// A leaf or an inner node of a <see cref="SortedTree{T}"/>. Neither generic nor subclassed, so that descending needs
/// no type lookups; rank and value lie side by side, so that a hit in the search has the value in the same cache line.
/// </summary>
/// <remarks>
/// Entry <c>i</c> of an inner node covers the keys from its own (rank, id) up to the one of entry <c>i + 1</c>. The
/// key of entry 0 is not consulted: the bound comes from the parent. Bounds may be lower than the smallest key below.
/// </remarks>
internal sealed class SortedTreeNode
{
    public const int Capacity = 64;

    /// <summary>A node with fewer entries is joined with a neighbour.</summary>
    public const int MinCount = Capacity / 4;

    /// <summary>Neighbours with more entries are levelled rather than joined, to leave room for inserts.</summary>
    public const int MaxJoined = Capacity * 3 / 4;

    public static readonly SortedTreeNode Empty = new(owner: null, capacity: 0, isLeaf: true);

    private readonly object? _owner;
    private SortedTreeEntry[] _entries;
    private string?[]? _ids;
    private int _count;

    public SortedTreeNode(object? owner, int capacity, bool isLeaf)
    {
        _owner = owner;
        _entries = new SortedTreeEntry[capacity];
        _ids = isLeaf ? null : new string?[capacity];
    }

    public int Count => _count;

    public bool IsLeaf => _ids is null;

    public bool IsFull => _count >= Capacity;

    public ReadOnlySpan<SortedTreeEntry> Entries => new(_entries, 0, _count);

    /// <summary>How many entries fit before the node's arrays have to grow.</summary>
    public int Room => _entries.Length;

    public ulong RankAt(int index) => _entries[index].Rank;

    public object ValueAt(int index) => _entries[index].Value;

    public SortedTreeNode ChildAt(int index) => Unsafe.As<SortedTreeNode>(_entries[index].Value);

    /// <summary>The id of the lower bound of a child; null only for entry 0, whose bound is not consulted.</summary>
    public string? IdAt(int index) => _ids![index];

    public bool IsOwnedBy(object owner) => ReferenceEquals(_owner, owner);

    /// <summary>The first index from <paramref name="start"/> on whose rank is not lower.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int LowerBound(int start, ulong rank)
    {
        // No bounds checks: the count never exceeds the length of the array. The branches are deliberate: in a node out
        // of the cache they start loading ahead, which a search free of branches cannot.
        ref SortedTreeEntry first = ref MemoryMarshal.GetArrayDataReference(_entries);
        int low = start;
        int length = _count - start;
        while (length > 0)
        {
            int half = length >> 1;
            if (Unsafe.Add(ref first, low + half).Rank < rank)
            {
                low += half + 1;
                length -= half + 1;
            }
            else
            {
                length = half;
            }
        }

        return low;
    }

    /// <summary>The index of the child that holds the key if any does.</summary>
    public int ChildIndex(ulong rank, string id)
    {
        int index = LowerBound(1, rank);
        return index < _count && _entries[index].Rank == rank ? ChildIndexAmongEqual(index, rank, id) : index - 1;
    }

    public void InsertAt(int index, ulong rank, object value, string id)
    {
        if (_count == _entries.Length)
        {
            Resize(RoomFor(_count + 1));
        }

        Array.Copy(_entries, index, _entries, index + 1, _count - index);
        _entries[index] = new SortedTreeEntry(rank, value);
        if (_ids is not null)
        {
            Array.Copy(_ids, index, _ids, index + 1, _count - index);
            _ids[index] = id;
        }

        _count++;
    }

    public void RemoveAt(int index)
    {
        _count--;
        Array.Copy(_entries, index + 1, _entries, index, _count - index);
        _entries[_count] = default;
        if (_ids is not null)
        {
            Array.Copy(_ids, index + 1, _ids, index, _count - index);
            _ids[_count] = null;
        }

        if (_count <= _entries.Length / 4)
        {
            Resize(RoomFor(_count));
        }
    }

    public void SetValue(int index, object value) =>
        _entries[index] = new SortedTreeEntry(_entries[index].Rank, value);

    public void SetChild(int index, SortedTreeNode child, ulong rank, string? id)
    {
        _entries[index] = new SortedTreeEntry(rank, child);
        _ids![index] = id;
    }

    /// <summary>A copy of a part of the node, with room for some more entries.</summary>
    public SortedTreeNode Slice(object owner, int start, int end, int extra)
    {
        var copy = new SortedTreeNode(owner, RoomFor(end - start + extra), IsLeaf);
        copy.Append(this, start, end);
        return copy;
    }

    /// <summary>Copies two neighbours into one, which may exceed the capacity; the key is the right one's.</summary>
    public static SortedTreeNode Join(
        object owner, SortedTreeNode left, SortedTreeNode right, ulong rank, string? id)
    {
        var joined = new SortedTreeNode(owner, RoomFor(left._count + right._count), left.IsLeaf);
        joined.Append(left, 0, left._count);
        joined.Append(right, 0, right._count);
        if (!joined.IsLeaf)
        {
            joined.SetChild(left._count, right.ChildAt(0), rank, id);
        }

        return joined;
    }

    private void Append(SortedTreeNode source, int start, int end)
    {
        Array.Copy(source._entries, start, _entries, _count, end - start);
        if (_ids is not null)
        {
            Array.Copy(source._ids!, start, _ids, _count, end - start);
        }

        _count += end - start;
    }

    private int ChildIndexAmongEqual(int start, ulong rank, string id)
    {
        int low = start;
        int high = rank == ulong.MaxValue ? _count : LowerBound(start, rank + 1);
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (string.CompareOrdinal(_ids![middle], id) <= 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - 1;
    }

    // Most sets hold a handful of ids, so small nodes grow by doubling from one entry. Larger ones grow in steps, for
    // random inserts leave nodes two thirds full on average and the last third would be paid for nothing.
    private static int RoomFor(int count) =>
        count <= 4 ? (int)BitOperations.RoundUpToPowerOf2((uint)count) : (count + 7) & ~7;

    private void Resize(int room)
    {
        Array.Resize(ref _entries, room);
        if (_ids is not null)
        {
            Array.Resize(ref _ids, room);
        }
    }
}
