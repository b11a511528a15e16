using Swarm.Raft.Consensus;
using Swarm.Raft.Storage;
using Swarm.Raft.Storage.Encryption;
using Swarm.Raft.Storage.Files;
using Swarm.Raft.Storage.Snapshots;

namespace Swarm.Raft;

/// <summary>
/// What a member must not forget, in a directory: an encrypted write-ahead log and snapshots. Survives a crash at any
/// instruction with all that was acknowledged; refuses to open when something that was acknowledged is damaged or
/// missing.
/// </summary>
/// <remarks>
/// <see cref="Append"/>, <see cref="Sync"/> and <see cref="Compact"/> belong to one thread, which blocks on the disk; everything
/// else may be called from any thread. Readers see what is safe, and nothing else. Only one instance may have a
/// directory open.
/// </remarks>
public sealed class FileRaftStorage : IRaftLogReader, IDisposable, IAsyncDisposable
{
    private readonly FileRaftStorageOptions _options;
    private readonly StorageLayout _layout;
    private readonly IDisposable _lock;
    private readonly StorageParts _parts;
    private readonly SemaphoreSlim _keyGate = new(1, 1);
    private ILogKeyProvider _provider;
    private bool _disposed;

    private FileRaftStorage(
        FileRaftStorageOptions options, StorageLayout layout, IDisposable exclusive, StorageParts parts)
    {
        (_options, _layout, _lock, _parts, _provider) = (options, layout, exclusive, parts, options.KeyProvider);
        _parts.Snapshots.Saved = metadata => _parts.Log.SnapshotSaved(metadata.Index, metadata.Term);
        _parts.Log.Installing = _parts.Snapshots.Install;
    }

    /// <summary>The directory.</summary>
    public string Directory => _layout.Root;

    /// <summary>The owner's note, as it was when the log was made.</summary>
    public ReadOnlyMemory<byte> Metadata => _parts.Meta.Metadata;

    /// <summary>Term, vote and commit that are safe; the commit is never behind the newest snapshot.</summary>
    public HardState HardState => _parts.Log.HardState;

    /// <summary>
    /// Where the newest snapshot stands, with the membership there; index 0 when there is none. Its bytes are not in
    /// memory:
    /// <see cref="OpenSnapshot"/> reads them.
    /// </summary>
    public Snapshot Snapshot => _parts.Snapshots.Newest?.Snapshot ?? Snapshot.None;

    /// <summary>How many snapshots are kept besides the newest; surplus ones go when the next is saved.</summary>
    /// <value>At first <see cref="FileRaftStorageOptions.KeepOldSnapshots"/>; 0 to 100.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is set to another number.</exception>
    public int KeepOldSnapshots
    {
        get => _parts.Snapshots.KeepOld;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, FileRaftStorageOptions.MostOldSnapshots);
            _parts.Snapshots.KeepOld = value;
        }
    }

    /// <summary>The oldest entry that can be read; behind <see cref="LastIndex"/> when there is none.</summary>
    public ulong FirstIndex => _parts.Log.FirstIndex;

    /// <summary>The newest entry; 0 in a log that never had one.</summary>
    public ulong LastIndex => _parts.Log.LastIndex;

    /// <summary>
    /// While data keys besides the newest are needed: the entry up to which a snapshot must reach, and the log be
    /// compacted, so that they can go. Null otherwise.
    /// </summary>
    public ulong? KeyRotationBoundary => _parts.Log.RotationBoundary(_parts.Keys.Newest.Id)
        ?? (_parts.Keys.All.Count > 1 ? LastIndex : null);

    /// <summary>Opens the log in a directory, or makes one.</summary>
    /// <param name="directory">Where; made if it does not exist.</param>
    /// <param name="options">How; copied.</param>
    /// <param name="cancellationToken">Gives up between steps.</param>
    /// <exception cref="RaftStorageCorruptException">Acknowledged data is damaged or missing, or the key is wrong.</exception>
    /// <exception cref="RaftStorageInUseException">Somebody else has it open.</exception>
    /// <exception cref="RaftStorageFullException">There is no room to make a new one.</exception>
    /// <exception cref="RaftStorageFaultedException">The disk failed while a new one was made.</exception>
    /// <exception cref="IOException">The disk does not answer.</exception>
    public static async ValueTask<FileRaftStorage> OpenAsync(
        string directory, FileRaftStorageOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        var valid = (options ?? new FileRaftStorageOptions()).Validated();
        var layout = new StorageLayout(directory);
        var exclusive = Lock(valid, layout);
        try
        {
            var parts = await new StorageOpening(valid, layout).RunAsync(cancellationToken);
            var storage = new FileRaftStorage(valid, layout, exclusive, parts);
            storage.RetireKeys();
            return storage;
        }
        catch (IOException exception) when (exception.IsDiskFull)
        {
            exclusive.Dispose();
            throw new RaftStorageFullException(directory, exception);
        }
        catch
        {
            exclusive.Dispose();
            throw;
        }
    }

    /// <summary>The term of an entry, or of the last one that was compacted away; false for others.</summary>
    /// <param name="index">The entry.</param>
    /// <param name="term">Its term; 0 when it is not known.</param>
    public bool TryGetTerm(ulong index, out ulong term) => _parts.Log.TryGetTerm(index, out term);

    /// <summary>Adds entries to a list, in order, at least one where the range has one.</summary>
    /// <param name="low">The first; at least <see cref="FirstIndex"/>.</param>
    /// <param name="high">Behind the last; at most <see cref="LastIndex"/> + 1.</param>
    /// <param name="maxBytes">Stops before the sum of <see cref="Entry.EncodedSize"/> exceeds this.</param>
    /// <param name="destination">Where to; not cleared.</param>
    /// <exception cref="LogCompactedException">The beginning of the range is gone.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The range ends behind the log.</exception>
    /// <exception cref="RaftStorageCorruptException">What was written cannot be read back.</exception>
    public void ReadEntries(ulong low, ulong high, ulong maxBytes, List<Entry> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        _parts.Log.Read(low, high, maxBytes, destination);
    }

    /// <inheritdoc/>
    /// <exception cref="LogCompactedException">The beginning of the range is gone.</exception>
    /// <exception cref="RaftStorageCorruptException">What was written cannot be read back.</exception>
    public ReadOnlyMemory<Entry> Read(ulong from, ulong end, long maxBytes)
    {
        var entries = new List<Entry>((int)Math.Min(end - from, 1024));
        _parts.Log.Read(from, end, (ulong)maxBytes, entries);
        return entries.ToArray();
    }

    /// <summary>
    /// Adds to the log what the next <see cref="Sync"/> makes safe: all of it or, after a crash before, none of it. An
    /// entry takes the place of the one with its index and of all behind that.
    /// </summary>
    /// <param name="hardState">The new hard state; null when it is as before.</param>
    /// <param name="entries">In order, the first at most one behind the last. Their memory must not be written to afterwards.</param>
    /// <param name="installed">
    /// A snapshot that was received completely (<see cref="SnapshotOrigin.Received"/>) and takes the place of the
    /// whole log;
    /// <paramref name="entries"/> follow it.
    /// </param>
    /// <exception cref="ArgumentException">It does not fit the log, or is too large; the log is untouched.</exception>
    /// <exception cref="RaftStorageFullException">
    /// No room. Everything since the last successful <see cref="Sync"/> is void and may be appended again.
    /// </exception>
    /// <exception cref="RaftStorageFaultedException">The disk failed, now or earlier.</exception>
    public void Append(HardState? hardState, ReadOnlySpan<Entry> entries, SnapshotMetadata? installed = null)
    {
        if (installed is not null)
        {
            var incoming = _parts.Snapshots.Incoming?.Metadata;
            if (incoming is null || incoming.Index != installed.Index || incoming.Term != installed.Term)
            {
                throw new ArgumentException(
                    $"Snapshot {installed.Index} of term {installed.Term} was not received completely.", nameof(installed));
            }
        }

        _parts.Log.Append(hardState, entries, installed is null ? null : (installed.Index, installed.Term));
    }

    /// <summary>
    /// Makes everything appended so far safe, with one flush; what it says may be promised when this returns. A commit
    /// index that rose alone waits for the next flush, since nothing depends on it.
    /// </summary>
    /// <exception cref="RaftStorageFullException">
    /// No room. Everything since the last successful call is void and may be appended again.
    /// </exception>
    /// <exception cref="RaftStorageFaultedException">The disk failed, now or earlier.</exception>
    public void Sync() => _parts.Log.Sync();

    /// <summary>Forgets entries that a snapshot covers, and deletes files and data keys that are no longer needed.</summary>
    /// <param name="index">The last entry to forget; at most that of <see cref="Snapshot"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">No snapshot covers it.</exception>
    /// <exception cref="RaftStorageFaultedException">The disk failed, now or earlier.</exception>
    public void Compact(ulong index)
    {
        _parts.Log.Compact(index);
        RetireKeys();
    }

    /// <summary>Begins to write a snapshot.</summary>
    /// <param name="metadata">Where it stands. A local one: an entry of this log, its term, the membership there.</param>
    /// <param name="origin">Whose it is.</param>
    /// <exception cref="ArgumentException">A local snapshot of an entry that the log does not have.</exception>
    /// <exception cref="RaftStorageFullException">There is no room.</exception>
    public SnapshotWriteStream BeginSnapshot(SnapshotMetadata metadata, SnapshotOrigin origin)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        var fits = metadata.Index > 0
            && (origin == SnapshotOrigin.Received
                || (TryGetTerm(metadata.Index, out var term) && term == metadata.Term));
        return fits
            ? _parts.Snapshots.Begin(metadata, origin)
            : throw new ArgumentException(
                $"Entry {metadata.Index} of term {metadata.Term} is not in the log, which ends with {LastIndex}.", nameof(metadata));
    }

    /// <summary>Opens the newest snapshot for reading; null when there is none.</summary>
    /// <exception cref="RaftStorageCorruptException">It is damaged.</exception>
    public SnapshotReadStream? OpenSnapshot() => _parts.Snapshots.OpenNewest();

    /// <summary>Opens the snapshot that was received and not yet appended; null when there is none.</summary>
    /// <exception cref="RaftStorageCorruptException">It is damaged.</exception>
    public SnapshotReadStream? OpenReceivedSnapshot() => _parts.Snapshots.OpenIncoming();

    /// <summary>Deletes the snapshot that was received, since nobody wants it.</summary>
    public void DropReceivedSnapshot() => _parts.Snapshots.DropIncoming();

    /// <summary>
    /// Makes a new data key. The next append begins a segment under it, and so do snapshots; what is older stays
    /// readable until
    /// <see cref="KeyRotationBoundary"/> says that nothing is left.
    /// </summary>
    /// <param name="cancellationToken">Gives up; nothing has changed then.</param>
    public async ValueTask RotateKeyAsync(CancellationToken cancellationToken = default)
    {
        await _keyGate.WaitAsync(cancellationToken);
        try
        {
            var key = await KeyFile.WrapAsync(_provider, LogKey.Create(_options.Random), cancellationToken);
            StoredLogKey[] keys = [.. _parts.Keys.All, key];
            KeyFile.Save(_options.Files, _layout, keys);
            _parts.Keys.Replace(keys);
            _parts.Log.RequestCut();
            RaftStorageLog.KeyRotated(_options.Logger, key.Key.Id, LastIndex + 1);
        }
        finally
        {
            _keyGate.Release();
        }
    }

    /// <summary>Closes the data keys with another provider from now on. Rewrites the key file and nothing else.</summary>
    /// <param name="provider">The new one; the old one can open nothing afterwards.</param>
    /// <param name="cancellationToken">Gives up; nothing has changed then.</param>
    public async ValueTask RewrapKeysAsync(ILogKeyProvider provider, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(provider);
        await _keyGate.WaitAsync(cancellationToken);
        try
        {
            var keys = new List<StoredLogKey>();
            foreach (var stored in _parts.Keys.All)
            {
                keys.Add(await KeyFile.WrapAsync(provider, stored.Key, cancellationToken));
            }

            KeyFile.Save(_options.Files, _layout, keys);
            _parts.Keys.Replace(keys);
            _provider = provider;
        }
        finally
        {
            _keyGate.Release();
        }
    }

    /// <summary>Makes safe what was appended, and closes the files. Streams of snapshots have to be disposed of before.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _parts.Log.Dispose();
        _parts.Keys.Dispose();
        _keyGate.Dispose();
        _lock.Dispose();
    }

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static IDisposable Lock(FileRaftStorageOptions options, StorageLayout layout)
    {
        options.Files.CreateDirectory(layout.Root);
        try
        {
            return options.Files.Lock(layout.LockPath);
        }
        catch (IOException exception)
        {
            throw new RaftStorageInUseException(layout.Root, exception);
        }
    }

    // Whoever holds the gate is about to store keys anyway; the next compaction or start looks again.
    private void RetireKeys()
    {
        if (_parts.Keys.All.Count < 2 || !_keyGate.Wait(0))
        {
            return;
        }

        try
        {
            HashSet<Guid> needed = [.. _parts.Log.KeysInUse, .. _parts.Snapshots.KeysInUse, _parts.Keys.Newest.Id];
            var keys = _parts.Keys.All.Where(stored => needed.Contains(stored.Key.Id)).ToArray();
            var retired = _parts.Keys.All.Count - keys.Length;
            if (retired > 0)
            {
                // A deletion that is not safe could bring back a file whose key is gone.
                _options.Files.SyncDirectory(_layout.SnapshotDirectory);
                KeyFile.Save(_options.Files, _layout, keys);
                _parts.Keys.Replace(keys);
                RaftStorageLog.KeysRetired(_options.Logger, retired);
            }
        }
        finally
        {
            _keyGate.Release();
        }
    }
}
