using System.Buffers;
using Swarm.Raft.Consensus;

namespace Swarm.Raft.Storage.Wal;

/// <summary>A record that was read and authenticated.</summary>
internal readonly record struct ScannedRecord(
    RecordType Type, ulong Index, ulong Term, uint Offset, HardState HardState);

/// <summary>Reads a segment from its first frame to its end, batch by batch, and judges what it finds there.</summary>
/// <remarks>
/// One batch is written at a time, and the next one only after a flush. So where a batch is bad, any sign of a later
/// batch, or a note that this one was flushed, proves that acknowledged data is damaged; without such a sign the batch
/// was being written when the machine stopped, and nobody was told of it.
/// </remarks>
internal sealed class SegmentScanner(SegmentFile segment, long? end, ReadWindow window)
{
    private readonly uint _seed = segment.Header.ChecksumSeed;
    private uint _number;
    private uint _batch;

    /// <summary>Where the last whole batch ends.</summary>
    public long End { get; private set; } = SegmentHeader.Size;

    /// <summary>Where reading stopped in the middle of a batch that was never finished; null when nothing was cut.</summary>
    public long? TornAt { get; private set; }

    /// <summary>Reads the next batch; false at the end of the segment.</summary>
    /// <exception cref="RaftStorageCorruptException">Something that had been acknowledged is damaged.</exception>
    public bool TryReadBatch(List<ScannedRecord> records)
    {
        records.Clear();
        if (End == end)
        {
            return false;
        }

        var expected = _batch + 1;
        var offset = End + FrameMark.Size;
        uint completed;
        while (!FrameMark.TryRead(Peek(offset, FrameMark.Size), _seed, FrameMark.End, out completed))
        {
            if (!TryReadRecord(expected, ref offset, records))
            {
                Judge(offset, expected);
                records.Clear();
                return false;
            }
        }

        RequireOrder(offset, completed == expected);
        _batch = expected;
        End = (offset + FrameMark.Size + SegmentHeader.Sector - 1) & -SegmentHeader.Sector;
        if (End > end)
        {
            throw Damaged(offset, StorageDamage.OutOfOrder, "a batch reaches beyond the end that the next segment names");
        }

        return true;
    }

    private bool TryReadRecord(uint batch, ref long offset, List<ScannedRecord> records)
    {
        if (!segment.TryPeek(window, offset, out var header))
        {
            return false;
        }

        RequireOrder(offset, header.Batch == batch && header.Number == _number);
        _number++;
        records.Add(Authenticate(offset, header));
        offset += header.TotalSize;
        return true;
    }

    private ScannedRecord Authenticate(long offset, in RecordHeader header)
    {
        var length = (int)header.Length;
        var rented = ArrayPool<byte>.Shared.Rent(Math.Max(length, 1));
        try
        {
            var plain = rented.AsSpan(0, length);
            segment.Open(window, offset, header, plain);
            var state = default(HardState);
            if (header.Type == RecordType.HardState && !SegmentFile.TryDecodeHardState(plain, out state))
            {
                throw Damaged(offset, StorageDamage.OutOfOrder, "a record of the hard state has the wrong length");
            }

            return new ScannedRecord(header.Type, header.Index, header.Term, (uint)offset, state);
        }
        finally
        {
            rented.AsSpan(0, length).Clear();
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private void Judge(long offset, uint batch)
    {
        if (end is not null)
        {
            throw Damaged(
                offset, StorageDamage.AcknowledgedDataDamaged, $"batch {batch} is damaged, and the segment is a finished one");
        }

        if (batch == 1)
        {
            throw Damaged(offset, StorageDamage.AcknowledgedDataDamaged, "the first batch of the segment is damaged");
        }

        var length = segment.File.Length;
        var somethingThere = false;
        for (var sector = End; sector < length; sector += SegmentHeader.Sector)
        {
            var bytes = Peek(sector, SegmentHeader.Sector);
            somethingThere |= bytes.ContainsAnyExcept((byte)0);
            if (sector > End && ProvesFlushed(bytes, batch))
            {
                throw Damaged(
                    offset,
                    StorageDamage.AcknowledgedDataDamaged,
                    $"batch {batch} is damaged, and offset {sector} proves that it had been flushed");
            }
        }

        // The note behind the last whole batch stands alone in its sector when nothing was begun after it.
        if (somethingThere && !IsLoneNote())
        {
            TornAt = offset;
        }
    }

    private bool ProvesFlushed(ReadOnlySpan<byte> sector, uint batch) =>
        (FrameMark.TryRead(sector, _seed, FrameMark.Durable, out var durable) && durable >= batch)
        || (sector.Length > FrameMark.Size
            && RecordHeader.TryRead(sector[FrameMark.Size..], _seed, out var header)
            && header.Batch > batch);

    private bool IsLoneNote()
    {
        if (!FrameMark.TryRead(Peek(End, FrameMark.Size), _seed, FrameMark.Durable, out _))
        {
            return false;
        }

        for (var offset = End + FrameMark.Size; offset < segment.File.Length; offset += SegmentHeader.Sector)
        {
            if (Peek(offset, SegmentHeader.Sector).ContainsAnyExcept((byte)0))
            {
                return false;
            }
        }

        return true;
    }

    private void RequireOrder(long offset, bool holds)
    {
        if (!holds)
        {
            throw Damaged(offset, StorageDamage.OutOfOrder, "records do not follow each other");
        }
    }

    private ReadOnlySpan<byte> Peek(long offset, int count) => window.Peek(segment.File, offset, count);

    private RaftStorageCorruptException Damaged(long offset, StorageDamage reason, string detail) =>
        new(segment.Path, offset, reason, detail);
}
