using Swarm.Raft.Consensus;
using Swarm.Raft.Storage.Encryption;
using Swarm.Raft.Storage.Files;

namespace Swarm.Raft.Storage.Wal;

/// <summary>
/// Writes frames into one segment. A frame is one batch: a mark, records, an end mark, zeros up to the next sector.
/// Frames begin at a sector, so that a write which is torn by a loss of power cannot reach what an earlier flush has
/// made safe.
/// </summary>
internal sealed class SegmentWriter : IDisposable
{
    private const int InitialBuffer = 64 * 1024;
    private const int LargestBuffer = 1024 * 1024;

    private readonly IStorageFile _file;
    private readonly RecordCipher _cipher;
    private readonly int _step;
    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(InitialBuffer);
    private int _used;
    private long _written = SegmentHeader.Size;
    private long _allocated;
    private uint _number;
    private uint _batch;

    public SegmentWriter(IStorageFile file, SegmentHeader header, RecordCipher cipher, int step)
    {
        (_file, Header, _cipher, _step) = (file, header, cipher, step);
        Span<byte> block = new byte[SegmentHeader.Size];
        header.Write(block, cipher);
        _file.Write(block, 0);
        _allocated = SegmentHeader.Size;
    }

    public SegmentHeader Header { get; }

    /// <summary>Where the last batch that was flushed ends, and the next one begins.</summary>
    public long DurableEnd { get; private set; } = SegmentHeader.Size;

    /// <summary>Whether a batch was begun and not yet flushed.</summary>
    public bool InBatch { get; private set; }

    /// <summary>Bytes of the batch so far.</summary>
    public long BatchSize => Position - DurableEnd;

    private long Position => _written + _used;

    /// <summary>Adds a record to the batch, which begins with it; returns where it is.</summary>
    public uint Append(RecordType type, EntryType entryType, ulong index, ulong term, ReadOnlySpan<byte> body)
    {
        if (!InBatch)
        {
            InBatch = true;
            FrameMark.Write(Reserve(FrameMark.Size), Header.ChecksumSeed, FrameMark.Durable, _batch);
            _batch++;
        }

        var record = Reserve(RecordHeader.SizeOf(body.Length));
        var offset = Position - record.Length;
        // A number is never used again, not even when its record fails to reach the disk.
        var number = _number++;
        new RecordHeader(0, (uint)body.Length, type, entryType, _batch, number, index, term).WriteAuthenticated(record);
        _cipher.Seal(
            number,
            body,
            record.Slice(RecordHeader.Size, body.Length),
            record[(RecordHeader.Size + body.Length)..],
            record[RecordHeader.AuthenticatedFrom..RecordHeader.Size]);
        RecordHeader.WriteChecksums(record, Header.ChecksumSeed);
        return checked((uint)offset);
    }

    /// <summary>Completes the batch and makes it safe.</summary>
    public void Sync()
    {
        FrameMark.Write(Reserve(FrameMark.Size), Header.ChecksumSeed, FrameMark.End, _batch);
        var padding = (int)(-Position & (SegmentHeader.Sector - 1));
        Reserve(padding).Clear();
        WriteOut();
        Flush();
        DurableEnd = _written;
        InBatch = false;
        if (_buffer.Length > 2 * LargestBuffer)
        {
            _buffer = GC.AllocateUninitializedArray<byte>(LargestBuffer);
        }
    }

    /// <summary>
    /// Notes behind the batch that it is safe. The note is not flushed: it survives when the process dies, and soon a
    /// loss of power too, and tells damage to the last batch from a batch that was never finished.
    /// </summary>
    public void NoteDurable()
    {
        Span<byte> mark = stackalloc byte[FrameMark.Size];
        FrameMark.Write(mark, Header.ChecksumSeed, FrameMark.Durable, _batch);
        try
        {
            _file.Write(mark, DurableEnd);
        }
        catch (IOException exception) when (exception.IsDiskFull)
        {
            // Only on file systems that never write in place; the batch itself is safe.
        }
    }

    /// <summary>Makes the note of the last batch safe too.</summary>
    public void SyncNote() => _file.Sync();

    public void Dispose()
    {
        _file.Dispose();
        _cipher.Dispose();
    }

    private void Flush()
    {
        try
        {
            _file.Sync();
        }
        catch (IOException exception)
        {
            // Even "no space" is final here: the kernel may have given up the pages that it could not write.
            throw new FlushFailedException(exception);
        }
    }

    private Span<byte> Reserve(int size)
    {
        if (_used + size > _buffer.Length)
        {
            MakeRoom(size);
        }

        var reserved = _buffer.AsSpan(_used, size);
        _used += size;
        return reserved;
    }

    private void MakeRoom(int size)
    {
        if (_used + size > LargestBuffer && _used > 0)
        {
            WriteOut();
        }

        if (_used + size > _buffer.Length)
        {
            var length = Math.Max(_used + size, Math.Min(2 * _buffer.Length, LargestBuffer));
            Array.Resize(ref _buffer, length);
        }
    }

    private void WriteOut()
    {
        var end = _written + _used;
        // One sector more, for the note behind the batch.
        if (end + SegmentHeader.Sector > _allocated)
        {
            var target = Math.Max(end + SegmentHeader.Sector, _allocated + _step);
            _file.WriteZeros(_allocated, target);
            _allocated = target;
        }

        _file.Write(_buffer.AsSpan(0, _used), _written);
        _written = end;
        _used = 0;
    }
}

/// <summary>A flush failed, so that nothing is known about what was written.</summary>
internal sealed class FlushFailedException(IOException cause) : IOException(cause.Message, cause);
