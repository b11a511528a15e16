using Swarm.Raft.Consensus;

namespace Swarm.Raft.Storage.Wal;

/// <summary>Readers: of any thread, and of nothing that is not safe.</summary>
internal sealed partial class WriteAheadLog
{
    private const int ReadWindowSize = 128 * 1024;
    private const int PositionsAtATime = 256;

    // Taken before the other gate where both are needed. Ciphers and the window serve one reader at a time.
    private readonly Lock _readGate = new();
    private readonly ReadWindow _window = new(ReadWindowSize);
    private readonly (SegmentFile Segment, uint Offset)[] _positions = new (SegmentFile, uint)[PositionsAtATime];

    public ulong FirstIndex
    {
        get
        {
            lock (_gate)
            {
                return _outline.FirstIndex;
            }
        }
    }

    public ulong LastIndex
    {
        get
        {
            lock (_gate)
            {
                return _outline.LastIndex;
            }
        }
    }

    /// <summary>The term of an entry, or of the last one that is gone; false for others.</summary>
    public bool TryGetTerm(ulong index, out ulong term)
    {
        lock (_gate)
        {
            var known = index >= _outline.FloorIndex && index <= _outline.LastIndex;
            term = known ? _outline.Term(index) : 0;
            return known;
        }
    }

    /// <summary>Adds entries to a list until the end of the range or the limit of bytes is reached, at least one.</summary>
    public void Read(ulong low, ulong high, ulong maxBytes, List<Entry> destination)
    {
        var budget = new ReadBudget(maxBytes);
        if (TryReadCached(ref low, high, ref budget, destination))
        {
            return;
        }

        lock (_readGate)
        {
            _window.Invalidate();
            while (!TryReadCached(ref low, high, ref budget, destination))
            {
                var count = CopyPositions(low, high);
                for (var i = 0; i < count; i++)
                {
                    var (segment, offset) = _positions[i];
                    if (!budget.Takes(segment.ReadEntry(_window, offset, low), destination))
                    {
                        return;
                    }

                    low++;
                }
            }
        }
    }

    // True when there is nothing left to read.
    private bool TryReadCached(ref ulong low, ulong high, ref ReadBudget budget, List<Entry> destination)
    {
        lock (_gate)
        {
            if (low < _outline.FirstIndex)
            {
                throw new LogCompactedException(low, _outline.FirstIndex);
            }

            if (high > _outline.LastIndex + 1)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(high), high, $"The log ends with entry {_outline.LastIndex}; {nameof(high)} is exclusive.");
            }

            while (low < high && _cache.TryGet(low, out var entry))
            {
                if (!budget.Takes(entry, destination))
                {
                    return true;
                }

                low++;
            }

            return low >= high;
        }
    }

    private int CopyPositions(ulong low, ulong high)
    {
        lock (_gate)
        {
            // Between the two looks the log may have shrunk; the next look says how.
            var end = Math.Min(Math.Min(high, _outline.LastIndex + 1), low + PositionsAtATime);
            if (low < _cache.First)
            {
                end = Math.Min(end, _cache.First);
            }

            var count = 0;
            for (var index = low; index < end && index >= _outline.FirstIndex; index++)
            {
                var (segment, offset) = _outline.Position(index);
                _positions[count++] = (_segments[(int)(segment - _segments[0].Header.Sequence)], offset);
            }

            return count;
        }
    }

    private struct ReadBudget(ulong limit)
    {
        private ulong _used;
        private bool _any;

        public bool Takes(in Entry entry, List<Entry> destination)
        {
            _used += (ulong)entry.EncodedSize;
            if (_any && _used > limit)
            {
                return false;
            }

            _any = true;
            destination.Add(entry);
            return true;
        }
    }
}
