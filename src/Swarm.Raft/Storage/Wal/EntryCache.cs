using Swarm.Raft.Consensus;

namespace Swarm.Raft.Storage.Wal;

/// <summary>The newest entries, as many as their number and their bytes allow.</summary>
internal sealed class EntryCache
{
    private readonly Entry[] _ring;
    private readonly long _byteLimit;
    private ulong _first = 1;
    private ulong _next = 1;
    private long _bytes;

    public EntryCache(int capacity, long byteLimit)
    {
        _ring = new Entry[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, 1))];
        _byteLimit = byteLimit;
    }

    /// <summary>The oldest index held; behind the newest where nothing is held.</summary>
    public ulong First => _first;

    /// <summary>Adds the entry behind the newest, or in place of those from its index on.</summary>
    public void Add(in Entry entry)
    {
        TruncateFrom(entry.Index);
        if (entry.Index != _next)
        {
            Clear(entry.Index);
        }

        _bytes += entry.Data.Length;
        while (_next - _first == (ulong)_ring.Length || (_bytes > _byteLimit && _first < _next))
        {
            Drop(_first++);
        }

        Slot(_next++) = entry;
    }

    public bool TryGet(ulong index, out Entry entry)
    {
        var found = index >= _first && index < _next;
        entry = found ? Slot(index) : default;
        return found;
    }

    /// <summary>Forgets everything; the next entry has the index <paramref name="next"/>.</summary>
    public void Clear(ulong next)
    {
        DropThrough(_next - 1);
        (_first, _next, _bytes) = (next, next, 0);
    }

    /// <summary>Forgets an index and all before it.</summary>
    public void DropThrough(ulong index)
    {
        while (_first <= index && _first < _next)
        {
            Drop(_first++);
        }
    }

    private void TruncateFrom(ulong index)
    {
        while (_next > index && _next > _first)
        {
            Drop(--_next);
        }
    }

    private void Drop(ulong index)
    {
        ref var slot = ref Slot(index);
        _bytes -= slot.Data.Length;
        slot = default;
    }

    private ref Entry Slot(ulong index) => ref _ring[(int)(index & (ulong)(_ring.Length - 1))];
}
