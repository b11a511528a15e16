using Swarm.Raft.Consensus;

namespace Swarm.Raft.Tracking;

/// <summary>
/// A window of things under way in the order of their last index: appends to one member, batches to apply.
/// </summary>
/// <remarks>A ring that grows to its limit once and is reused after that.</remarks>
internal sealed class Inflights(int maxCount, long maxBytes)
{
    private (ulong Index, long Bytes)[] _ring = [];
    private int _start;

    /// <summary>How many are under way.</summary>
    public int Count { get; private set; }

    /// <summary>How many bytes are under way.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether no more may be added. The last one added may exceed the bytes.</summary>
    public bool IsFull => Count >= maxCount || (maxBytes > 0 && Bytes >= maxBytes);

    /// <summary>Adds one.</summary>
    /// <param name="index">Its last index, above those added before.</param>
    /// <param name="bytes">Its size.</param>
    public void Add(ulong index, long bytes)
    {
        Check.That(Count < maxCount, "a full window takes no more");
        if (Count == _ring.Length)
        {
            Grow();
        }

        _ring[(_start + Count) % _ring.Length] = (index, bytes);
        Count++;
        Bytes += bytes;
    }

    /// <summary>Frees all whose last index is not above <paramref name="index"/>.</summary>
    /// <param name="index">The index that is done.</param>
    /// <returns>The bytes that were freed.</returns>
    public long FreeTo(ulong index)
    {
        var freed = 0L;
        while (Count > 0 && _ring[_start].Index <= index)
        {
            freed += _ring[_start].Bytes;
            _start = _start + 1 == _ring.Length ? 0 : _start + 1;
            Count--;
        }

        Bytes -= freed;
        return freed;
    }

    /// <summary>Frees all.</summary>
    public void Reset() => (_start, Count, Bytes) = (0, 0, 0);

    private void Grow()
    {
        var bigger = new (ulong, long)[Math.Min(maxCount, Math.Max(8, _ring.Length * 2))];
        for (var i = 0; i < Count; i++)
        {
            bigger[i] = _ring[(_start + i) % _ring.Length];
        }

        (_ring, _start) = (bigger, 0);
    }
}
