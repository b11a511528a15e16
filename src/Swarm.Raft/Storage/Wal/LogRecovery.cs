using Swarm.Raft.Consensus;
using Swarm.Raft.Storage.Encryption;
using Swarm.Raft.Storage.Files;

namespace Swarm.Raft.Storage.Wal;

/// <summary>What the segments on disk say.</summary>
internal sealed record RecoveredLog
{
    public required List<SegmentFile> Segments { get; init; }

    /// <summary>Where the last segment ends.</summary>
    public required long TailEnd { get; init; }

    /// <summary>Where the last segment was cut, if it was.</summary>
    public required long? TornAt { get; init; }

    public required LogOutline Outline { get; init; }

    /// <summary>Whether the term of the floor is not known, since only a snapshot could tell it.</summary>
    public required bool FloorTermUnknown { get; init; }

    public required HardState HardState { get; init; }

    /// <summary>The newest received snapshot that took the place of the log; index 0 for none.</summary>
    public required (ulong Index, ulong Term) Installed { get; init; }

    /// <summary>The newest snapshot that the log has heard of; index 0 for none.</summary>
    public required ulong SnapshotKnown { get; init; }

    /// <summary>How many batches were read.</summary>
    public required long Batches { get; init; }
}

/// <summary>Reads the segments of a log in order, each of them once and a window at a time.</summary>
internal sealed class LogRecovery(IFileSystem files, StorageLayout layout, Guid? logId, LogKeyRing keys)
{
    private const int WindowSize = 1024 * 1024;

    private readonly ReadWindow _window = new(WindowSize);
    private readonly List<ScannedRecord> _records = [];
    private readonly List<SegmentFile> _segments = [];
    private LogOutline _outline = new(0, 0);
    private HardState _hardState;
    private (ulong Index, ulong Term) _installed;
    private ulong _snapshotKnown;
    private bool _floorTermUnknown;
    private long _batches;

    /// <summary>Reads everything; the caller owns the segments that come back.</summary>
    /// <exception cref="RaftStorageCorruptException">A file is damaged or missing.</exception>
    public RecoveredLog Run()
    {
        try
        {
            OpenSegments();
            var (tailEnd, tornAt) = (0L, (long?)null);
            for (var i = 0; i < _segments.Count; i++)
            {
                (tailEnd, tornAt) = Replay(_segments[i], i + 1 < _segments.Count ? _segments[i + 1] : null);
            }

            return new RecoveredLog
            {
                Segments = _segments,
                TailEnd = tailEnd,
                TornAt = tornAt,
                Outline = _outline,
                FloorTermUnknown = _floorTermUnknown,
                HardState = _hardState,
                Installed = _installed,
                SnapshotKnown = _snapshotKnown,
                Batches = _batches,
            };
        }
        catch
        {
            _segments.ForEach(segment => segment.Dispose());
            throw;
        }
    }

    private void OpenSegments()
    {
        foreach (var name in files.List(layout.LogDirectory))
        {
            if (!StorageLayout.TryParse(name, StorageLayout.SegmentSuffix, out var sequence, out var firstIndex))
            {
                continue;
            }

            var path = Path.Join(layout.LogDirectory, name);
            if (_segments.Count > 0 && sequence != _segments[^1].Header.Sequence + 1)
            {
                throw new RaftStorageCorruptException(
                    layout.LogDirectory, 0, StorageDamage.MissingSegment,
                    $"segment {_segments[^1].Header.Sequence + 1} is missing between '{_segments[^1].Path}' and '{path}'");
            }

            var segment = SegmentFile.Open(files, path, keys);
            _segments.Add(segment);
            var header = segment.Header;
            if (header.Sequence != sequence || header.PreviousIndex + 1 != firstIndex
                || header.LogId != (logId ?? _segments[0].Header.LogId))
            {
                throw new RaftStorageCorruptException(
                    path, 0, StorageDamage.ForeignFile, "the segment is not the one its name says, or that of another log");
            }
        }

        if (_segments.Count > 0 && _segments[^1].IsSealed)
        {
            throw new RaftStorageCorruptException(
                layout.LogDirectory, 0, StorageDamage.MissingSegment,
                $"segment {_segments[^1].Header.Sequence + 1} is missing behind '{_segments[^1].Path}', which names it");
        }
    }

    private (long End, long? TornAt) Replay(SegmentFile segment, SegmentFile? next)
    {
        if (ReferenceEquals(segment, _segments[0]))
        {
            _outline = new LogOutline(segment.Header.PreviousIndex, segment.Header.PreviousTerm);
        }
        else if (segment.Header.PreviousIndex != _outline.LastIndex || segment.Header.PreviousTerm != _outline.LastTerm)
        {
            throw new RaftStorageCorruptException(
                segment.Path, 0, StorageDamage.OutOfOrder,
                $"the segment follows entry {segment.Header.PreviousIndex}, the one before ends with {_outline.LastIndex}");
        }

        _window.Invalidate();
        var scanner = new SegmentScanner(segment, next?.Header.PreviousEnd, _window);
        while (scanner.TryReadBatch(_records))
        {
            _batches++;
            foreach (ref readonly var record in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_records))
            {
                Apply(segment, record);
            }
        }

        return (scanner.End, scanner.TornAt);
    }

    private void Apply(SegmentFile segment, in ScannedRecord record)
    {
        switch (record.Type)
        {
            case RecordType.HardState:
                _hardState = record.HardState;
                break;
            case RecordType.SnapshotKnown:
                _snapshotKnown = Math.Max(_snapshotKnown, record.Index);
                break;
            case RecordType.SnapshotInstalled:
                _outline.Reset(record.Index, record.Term);
                _floorTermUnknown = false;
                _installed = (record.Index, record.Term);
                _snapshotKnown = Math.Max(_snapshotKnown, record.Index);
                break;
            case RecordType.Entry:
                AddEntry(segment, record);
                break;
        }
    }

    private void AddEntry(SegmentFile segment, in ScannedRecord record)
    {
        if (record.Index <= _outline.FloorIndex)
        {
            // The oldest segments are gone, and with them the entries that this one was put in place of.
            RequireOrder(segment, record, record.Index > _installed.Index && record.Index > 0);
            _outline.Reset(record.Index - 1, 0);
            _floorTermUnknown = true;
        }

        RequireOrder(segment, record, record.Index <= _outline.LastIndex + 1
            && record.Term >= _outline.Term(record.Index - 1));
        _outline.Add(record.Index, record.Term, (uint)segment.Header.Sequence, record.Offset);
    }

    private static void RequireOrder(SegmentFile segment, in ScannedRecord record, bool holds)
    {
        if (!holds)
        {
            throw new RaftStorageCorruptException(
                segment.Path, record.Offset, StorageDamage.OutOfOrder,
                $"entry {record.Index} of term {record.Term} does not follow the one before");
        }
    }
}
