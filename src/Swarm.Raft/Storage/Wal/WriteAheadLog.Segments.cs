using System.Buffers.Binary;
using Swarm.Raft.Consensus;
using Swarm.Raft.Storage.Encryption;
using Swarm.Raft.Storage.Files;

namespace Swarm.Raft.Storage.Wal;

/// <summary>Segments begin and end.</summary>
internal sealed partial class WriteAheadLog
{
    /// <summary>
    /// Forgets entries up to an index that a snapshot covers, and deletes the segments that hold nothing else.
    /// </summary>
    public void Compact(ulong index)
    {
        ThrowIfFaulted();
        List<SegmentFile> removed;
        lock (_gate)
        {
            if (index > _snapshot.Index)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(index), index, $"Only entries that a snapshot covers can go; the newest one covers {_snapshot.Index}.");
            }

            _outline.CompactTo(index);
            _cache.DropThrough(index);
            removed = TakeUnneeded();
        }

        DeleteSegments(removed);
        if (removed.Count > 0)
        {
            RaftStorageLog.Compacted(_options.Logger, index, removed.Count);
        }
    }

    /// <summary>The last entry that a segment under another key than the newest may hold; null when there is no such segment.</summary>
    public ulong? RotationBoundary(Guid newestKey)
    {
        lock (_gate)
        {
            var last = _segments.FindLastIndex(segment => segment.Header.KeyId != newestKey);
            return last < 0 ? null
                : last + 1 < _segments.Count ? _segments[last + 1].Header.PreviousIndex
                : _outline.LastIndex;
        }
    }

    /// <summary>Does what must succeed for the log to be trusted further.</summary>
    public void Guarded(Action action)
    {
        try
        {
            action();
        }
        catch (IOException exception)
        {
            throw Fail(new FlushFailedException(exception));
        }
    }

    private List<SegmentFile> TakeUnneeded()
    {
        var needed = _outline.LastIndex > _outline.FloorIndex
            ? _outline.Position(_outline.FirstIndex).Segment
            : (uint)_segments[^1].Header.Sequence;
        var removed = _segments.FindAll(segment => segment.Header.Sequence < needed);
        _segments.RemoveRange(0, removed.Count);
        return removed;
    }

    // Oldest first, each deletion safe before the next: a log may lack its beginning, never its middle.
    private void DeleteSegments(List<SegmentFile> removed)
    {
        foreach (var segment in removed)
        {
            lock (_readGate)
            {
                segment.Dispose();
            }

            Guarded(() =>
            {
                _files.Delete(segment.Path);
                _files.SyncDirectory(_layout.LogDirectory);
            });
        }
    }

    private void EnsureWriter()
    {
        if (_writer is { InBatch: true })
        {
            return;
        }

        if (_writer is null
            || _writer.DurableEnd - SegmentHeader.Size >= _options.SegmentBytes
            || Volatile.Read(ref _cutRequested))
        {
            Volatile.Write(ref _cutRequested, false);
            BeginSegment();
        }
    }

    private void BeginSegment()
    {
        var previous = _segments.Count > 0 ? _segments[^1] : null;
        var key = _keys.Newest;
        var header = NewHeader(previous, key);
        var path = Path.Join(
            _layout.LogDirectory, StorageLayout.SegmentName(header.Sequence, header.PreviousIndex + 1));
        var writer = WriteFirstBatch(path, header, key);
        Guarded(() =>
        {
            _files.SyncDirectory(_layout.LogDirectory);
            SealPrevious(previous);
            writer.NoteDurable();
            var segment = SegmentFile.Open(_files, path, _keys);
            lock (_gate)
            {
                _segments.Add(segment);
            }
        });
        _writer?.Dispose();
        _writer = writer;
        _tailEnd = writer.DurableEnd;

        RaftStorageLog.SegmentBegun(_options.Logger, header.Sequence, header.PreviousIndex);
    }

    private SegmentHeader NewHeader(SegmentFile? previous, LogKey key)
    {
        var random = new byte[RecordCipher.SaltSize + sizeof(uint)];
        _options.Random.Fill(random);
        return new SegmentHeader
        {
            Cipher = RecordCipher.Preferred,
            LogId = _logId,
            KeyId = key.Id,
            Salt = random.AsMemory(0, RecordCipher.SaltSize),
            Sequence = (previous?.Header.Sequence ?? 0) + 1,
            PreviousIndex = _outline.LastIndex,
            PreviousTerm = _outline.LastTerm,
            PreviousEnd = _tailEnd,
            ChecksumSeed = BinaryPrimitives.ReadUInt32LittleEndian(random.AsSpan(RecordCipher.SaltSize)),
        };
    }

    // The segment gets its name only once it says all that its predecessors may be needed for.
    private SegmentWriter WriteFirstBatch(string path, SegmentHeader header, LogKey key)
    {
        var temporary = path + StorageLayout.TemporarySuffix;
        var cipher = new RecordCipher(
            header.Cipher, key, header.Salt.Span, FileIdentity.Segment(header.LogId, header.Sequence));
        SegmentWriter? writer = null;
        IStorageFile? file = null;
        try
        {
            file = _files.Create(temporary);
            writer = new SegmentWriter(file, header, cipher, _options.PreallocateBytes);
            var (state, snapshot) = SafeState();
            Span<byte> body = stackalloc byte[SegmentFile.HardStateSize];
            SegmentFile.EncodeHardState(state, body);
            writer.Append(RecordType.HardState, EntryType.Normal, 0, 0, body);
            writer.Append(RecordType.SnapshotKnown, EntryType.Normal, snapshot.Index, snapshot.Term, []);
            writer.Sync();
            _files.Rename(temporary, path);
            return writer;
        }
        catch (IOException exception)
        {
            cipher.Dispose();
            file?.Dispose();
            TryDelete(temporary);
            // This file does not count yet, so that a flush which found no room did no harm.
            if (exception is FlushFailedException { InnerException: IOException { IsDiskFull: true } full })
            {
                throw full;
            }

            throw;
        }
    }

    private (HardState State, (ulong Index, ulong Term) Snapshot) SafeState()
    {
        lock (_gate)
        {
            return (_hardState, _snapshot);
        }
    }

    private void SealPrevious(SegmentFile? previous)
    {
        try
        {
            previous?.Seal(_tailEnd);
        }
        catch (IOException exception) when (exception.IsDiskFull)
        {
            // Only on file systems that never write in place. The successor names the end too.
        }
    }

    private void TryDelete(string path)
    {
        try
        {
            _files.Delete(path);
        }
        catch (IOException exception)
        {
            RaftStorageLog.NotDeleted(_options.Logger, path, exception.Message);
        }
    }
}
