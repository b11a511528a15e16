using Swarm.Raft.Consensus;
using Swarm.Raft.Storage.Encryption;
using Swarm.Raft.Storage.Files;

namespace Swarm.Raft.Storage.Wal;

/// <summary>
/// The segmented log. One thread appends, syncs and compacts; any thread may read. What was appended becomes visible to
/// readers when it is safe, not before.
/// </summary>
internal sealed partial class WriteAheadLog : IDisposable
{
    private const long MaxBatchBytes = 512L * 1024 * 1024;

    private readonly FileRaftStorageOptions _options;
    private readonly IFileSystem _files;
    private readonly StorageLayout _layout;
    private readonly Guid _logId;
    private readonly LogKeyRing _keys;
    private readonly Lock _gate = new();
    private readonly LogOutline _outline;
    private readonly EntryCache _cache;
    private readonly List<SegmentFile> _segments;
    private readonly PendingBatch _pending = new();
    private SegmentWriter? _writer;
    private Exception? _fault;
    private HardState _hardState;
    private (ulong Index, ulong Term) _snapshot;
    private long _tailEnd;
    private bool _cutRequested;

    public WriteAheadLog(
        FileRaftStorageOptions options,
        StorageLayout layout,
        Guid logId,
        LogKeyRing keys,
        RecoveredLog recovered,
        HardState hardState,
        (ulong Index, ulong Term) snapshot)
    {
        (_options, _files, _layout, _logId, _keys) = (options, options.Files, layout, logId, keys);
        (_outline, _segments, _tailEnd) = (recovered.Outline, recovered.Segments, recovered.TailEnd);
        (_hardState, _snapshot) = (hardState, snapshot);
        _cache = new EntryCache(options.CacheEntries, options.CacheBytes);
        _cache.Clear(_outline.LastIndex + 1);
        _pending.Tail = (_outline.LastIndex, _outline.LastTerm);
    }

    /// <summary>The hard state that is safe.</summary>
    public HardState HardState
    {
        get
        {
            lock (_gate)
            {
                return _hardState;
            }
        }
    }

    /// <summary>The data keys that segments need.</summary>
    public Guid[] KeysInUse
    {
        get
        {
            lock (_gate)
            {
                return [.. _segments.Select(segment => segment.Header.KeyId).Distinct()];
            }
        }
    }

    public int SegmentCount
    {
        get
        {
            lock (_gate)
            {
                return _segments.Count;
            }
        }
    }

    /// <summary>Gives a received snapshot its place; called once the log names it, and before readers see that.</summary>
    public Action? Installing { get; set; }

    /// <summary>Whether a flush failed, after which nothing is acknowledged.</summary>
    public bool IsFaulted => Volatile.Read(ref _fault) is not null;

    /// <summary>Makes the first segment of a new log.</summary>
    public void Initialize() => EnsureWriter();

    /// <summary>Lets the next batch begin a segment, under the newest data key.</summary>
    public void RequestCut() => Volatile.Write(ref _cutRequested, true);

    /// <summary>Tells the log that a snapshot of this node is safe.</summary>
    public void SnapshotSaved(ulong index, ulong term)
    {
        lock (_gate)
        {
            if (index > _snapshot.Index)
            {
                _snapshot = (index, term);
                _hardState = _hardState with { Commit = Math.Max(_hardState.Commit, index) };
            }
        }
    }

    /// <summary>
    /// Adds to the batch, in this order: a received snapshot that takes the place of the log, entries, hard state.
    /// </summary>
    public void Append(HardState? hardState, ReadOnlySpan<Entry> entries, (ulong Index, ulong Term)? installed)
    {
        ThrowIfFaulted();
        Validate(hardState, entries, installed);
        if (hardState is null && entries.IsEmpty && installed is null)
        {
            return;
        }

        try
        {
            EnsureWriter();
            if (installed is { } snapshot)
            {
                var mark = new Entry(snapshot.Term, snapshot.Index, EntryType.Normal, default);
                Write(RecordType.SnapshotInstalled, mark);
            }

            foreach (ref readonly var entry in entries)
            {
                Write(RecordType.Entry, entry);
            }

            if (hardState is { } state)
            {
                Write(state);
            }
        }
        catch (IOException exception)
        {
            throw Fail(exception);
        }
    }

    /// <summary>
    /// Makes everything appended so far safe, with one flush. A commit index that rose alone is left for the next
    /// flush.
    /// </summary>
    public void Sync() => Sync(force: false);

    public void Dispose()
    {
        try
        {
            if (_fault is null && _writer is not null)
            {
                Sync(force: true);
                _writer.SyncNote();
            }
        }
        catch (Exception exception) when (exception is IOException or RaftStorageException)
        {
            // Whatever was promised is safe since it was promised; the rest was not.
            RaftStorageLog.Faulted(_options.Logger, _layout.Root, exception.Message);
        }

        _writer?.Dispose();
        lock (_readGate)
        {
            _segments.ForEach(segment => segment.Dispose());
        }
    }

    private void Sync(bool force)
    {
        ThrowIfFaulted();
        if (_writer is not { InBatch: true } || !(_pending.MustSync || force))
        {
            return;
        }

        try
        {
            _writer.Sync();
            _tailEnd = _writer.DurableEnd;
            _writer.NoteDurable();
        }
        catch (IOException exception)
        {
            throw Fail(exception);
        }

        if (_pending.InstallsSnapshot)
        {
            Guarded(Installing!);
        }

        Publish();
    }

    private void Publish()
    {
        lock (_gate)
        {
            var segment = (uint)_segments[^1].Header.Sequence;
            foreach (ref readonly var change in _pending.Changes)
            {
                if (change.InstallsSnapshot)
                {
                    _outline.Reset(change.Entry.Index, change.Entry.Term);
                    _cache.Clear(change.Entry.Index + 1);
                    _snapshot = (change.Entry.Index, change.Entry.Term);
                }
                else
                {
                    _outline.Add(change.Entry.Index, change.Entry.Term, segment, change.Offset);
                    _cache.Add(change.Entry);
                }
            }

            var state = _pending.HardState ?? _hardState;
            _hardState = state with { Commit = Math.Max(state.Commit, _snapshot.Index) };
        }

        _pending.Clear();
    }

    private void Write(RecordType type, in Entry entry)
    {
        var offset = _writer!.Append(type, entry.Type, entry.Index, entry.Term, entry.Data.Span);
        _pending.Add(new PendingChange(entry, offset, type == RecordType.SnapshotInstalled));
        _pending.Tail = (entry.Index, entry.Term);
        _pending.MustSync = true;
    }

    private void Write(in HardState state)
    {
        Span<byte> body = stackalloc byte[SegmentFile.HardStateSize];
        SegmentFile.EncodeHardState(state, body);
        _writer!.Append(RecordType.HardState, EntryType.Normal, 0, 0, body);
        var before = _pending.HardState ?? _hardState;
        _pending.MustSync |= state.Term != before.Term || state.Vote != before.Vote;
        _pending.HardState = state;
    }

    private void ThrowIfFaulted()
    {
        if (_fault is not null)
        {
            throw new RaftStorageFaultedException(_layout.Root, _fault);
        }
    }

    // What was not flushed is void. The segment may hold a part of it, so it is not written to again: the next one
    // names the end of the last batch that is safe.
    private RaftStorageException Fail(IOException exception)
    {
        _pending.Clear();
        _pending.Tail = (_outline.LastIndex, _outline.LastTerm);
        _writer?.Dispose();
        _writer = null;
        if (exception.IsDiskFull)
        {
            RaftStorageLog.Full(_options.Logger, _layout.LogDirectory);
            return new RaftStorageFullException(_layout.LogDirectory, exception);
        }

        Volatile.Write(ref _fault, exception);
        RaftStorageLog.Faulted(_options.Logger, _layout.Root, exception.Message);
        return new RaftStorageFaultedException(_layout.Root, exception);
    }

    private void Validate(HardState? hardState, ReadOnlySpan<Entry> entries, (ulong Index, ulong Term)? installed)
    {
        var bytes = _writer is { InBatch: true } ? _writer.BatchSize : 0;
        var (index, term) = installed ?? _pending.Tail;
        var commit = (_pending.HardState ?? _hardState).Commit;
        if (installed is { } snapshot && snapshot.Index < commit)
        {
            throw new ArgumentException(
                $"Snapshot {snapshot.Index} is older than the committed entry {commit}; it would undo what is decided.",
                nameof(installed));
        }

        var first = true;
        foreach (ref readonly var entry in entries)
        {
            if (first ? entry.Index > index + 1 : entry.Index != index + 1)
            {
                throw new ArgumentException(
                    $"Entry {entry.Index} leaves a gap behind entry {index}; entries are appended in order.", nameof(entries));
            }

            if (first && entry.Index <= Math.Max(commit, installed?.Index ?? _outline.FloorIndex))
            {
                throw new ArgumentException(
                    $"Entry {entry.Index} would replace an entry that is committed or compacted; committed is {commit}.",
                    nameof(entries));
            }

            if (entry.Term == 0 || (!first && entry.Term < term))
            {
                throw new ArgumentException(
                    $"Entry {entry.Index} has term {entry.Term} behind one of term {term}.", nameof(entries));
            }

            if (entry.Data.Length > _options.MaxEntryBytes)
            {
                throw new ArgumentException(
                    $"Entry {entry.Index} has {entry.Data.Length} bytes, more than the {_options.MaxEntryBytes} allowed "
                    + $"({nameof(FileRaftStorageOptions.MaxEntryBytes)}); the log is untouched.",
                    nameof(entries));
            }

            bytes += RecordHeader.SizeOf(entry.Data.Length);
            (index, term, first) = (entry.Index, entry.Term, false);
        }

        if (bytes > MaxBatchBytes)
        {
            throw new ArgumentException(
                $"The batch has {bytes} bytes, more than the {MaxBatchBytes} allowed; sync after fewer entries.", nameof(entries));
        }

        if (hardState is { } state && state.Commit > index)
        {
            throw new ArgumentException(
                $"Commit {state.Commit} is behind the last entry {index}; the hard state goes with the entries it speaks of.",
                nameof(hardState));
        }
    }
}
