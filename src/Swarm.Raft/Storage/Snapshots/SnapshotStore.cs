using Swarm.Raft.Consensus;
using Swarm.Raft.Storage.Encryption;
using Swarm.Raft.Storage.Files;

namespace Swarm.Raft.Storage.Snapshots;

/// <summary>A snapshot on disk.</summary>
internal sealed record StoredSnapshot(string Path, Snapshot Snapshot, Guid KeyId, Guid LogId)
{
    public SnapshotMetadata Metadata => Snapshot.Metadata;
}

/// <summary>The snapshots of a log: complete ones, and at most one that was received and waits for the log.</summary>
internal sealed class SnapshotStore
{
    private readonly FileRaftStorageOptions _options;
    private readonly IFileSystem _files;
    private readonly StorageLayout _layout;
    private readonly LogKeyRing _keys;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Guid> _writing = [];
    private List<StoredSnapshot> _snapshots;
    private volatile StoredSnapshot? _newest;
    private volatile int _keepOld;

    private SnapshotStore(
        FileRaftStorageOptions options, StorageLayout layout, LogKeyRing keys, List<StoredSnapshot> snapshots)
    {
        (_options, _files, _layout, _keys, _snapshots) = (options, options.Files, layout, keys, snapshots);
        _newest = snapshots.LastOrDefault();
        _keepOld = options.KeepOldSnapshots;
    }

    /// <summary>Whose snapshots these are.</summary>
    public required Guid LogId { get; init; }

    /// <summary>The newest complete one; null for none. Does not wait for the disk.</summary>
    public StoredSnapshot? Newest => _newest;

    /// <summary>How many are kept besides the newest.</summary>
    public int KeepOld
    {
        get => _keepOld;
        set => _keepOld = value;
    }

    /// <summary>The one that was received and waits for the log; null for none.</summary>
    public StoredSnapshot? Incoming { get; private set; }

    /// <summary>Called when a snapshot of this node is safe, before older ones go.</summary>
    public Action<SnapshotMetadata>? Saved { get; set; }

    /// <summary>The data keys that snapshots need, those included that are being written.</summary>
    public Guid[] KeysInUse
    {
        get
        {
            lock (_gate)
            {
                var kept = _snapshots.Select(snapshot => snapshot.KeyId).Concat(_writing.Values);
                return [.. Incoming is { } incoming ? kept.Append(incoming.KeyId) : kept];
            }
        }
    }

    /// <summary>Looks at what is there.</summary>
    /// <exception cref="RaftStorageCorruptException">A snapshot has a damaged header or end, or belongs elsewhere.</exception>
    public static SnapshotStore Load(FileRaftStorageOptions options, StorageLayout layout, Guid logId, LogKeyRing keys)
    {
        var snapshots = new List<StoredSnapshot>();
        StoredSnapshot? incoming = null;
        foreach (var name in options.Files.List(layout.SnapshotDirectory))
        {
            if (StorageLayout.TryParse(name, StorageLayout.SnapshotSuffix, out var term, out var index))
            {
                snapshots.Add(Examine(options.Files, layout, name, keys, logId, term, index));
            }
            else if (StorageLayout.TryParse(name, StorageLayout.IncomingSuffix, out term, out index))
            {
                incoming = Examine(options.Files, layout, name, keys, logId, term, index);
            }
        }

        snapshots.Sort((left, right) => left.Metadata.Index.CompareTo(right.Metadata.Index));
        return new SnapshotStore(options, layout, keys, snapshots) { LogId = logId, Incoming = incoming };
    }

    public SnapshotWriteStream Begin(SnapshotMetadata metadata, SnapshotOrigin origin)
    {
        var name = origin == SnapshotOrigin.Local
            ? StorageLayout.SnapshotName(metadata.Term, metadata.Index)
            : StorageLayout.IncomingName(metadata.Term, metadata.Index);
        var path = Path.Join(_layout.SnapshotDirectory, name) + StorageLayout.TemporarySuffix;
        LogKey key;
        lock (_gate)
        {
            key = _keys.Newest;
            if (!_writing.TryAdd(path, key.Id))
            {
                throw new InvalidOperationException($"Snapshot {metadata.Index} is being written already.");
            }
        }

        try
        {
            var salt = new byte[RecordCipher.SaltSize];
            _options.Random.Fill(salt);
            var header = new SnapshotHeader
            {
                Cipher = RecordCipher.Preferred,
                LogId = LogId,
                KeyId = key.Id,
                Salt = salt,
                Metadata = metadata,
            };
            SnapshotWriteStream? writer = null;
            Guarded(path, () =>
            {
                var cipher = new RecordCipher(header.Cipher, key, salt, header.Identity);
                writer = new SnapshotWriteStream(this, path, _files.Create(path), header, cipher, origin);
            });
            return writer!;
        }
        catch
        {
            Discard(path);
            throw;
        }
    }

    /// <summary>Opens the newest complete snapshot; null for none.</summary>
    public SnapshotReadStream? OpenNewest()
    {
        lock (_gate)
        {
            return _snapshots.Count > 0 ? SnapshotReadStream.Open(_files, _snapshots[^1].Path, _keys) : null;
        }
    }

    /// <summary>Opens the one that waits; null for none.</summary>
    public SnapshotReadStream? OpenIncoming()
    {
        lock (_gate)
        {
            return Incoming is { } incoming ? SnapshotReadStream.Open(_files, incoming.Path, _keys) : null;
        }
    }

    /// <summary>Gives a finished file its name, unless something as new has come meanwhile.</summary>
    internal bool Publish(SnapshotWriteStream writer)
    {
        var path = writer.TemporaryPath[..^StorageLayout.TemporarySuffix.Length];
        var stored = new StoredSnapshot(path, new Snapshot { Metadata = writer.Metadata }, writer.Header.KeyId, LogId);
        lock (_gate)
        {
            if (_snapshots.Count > 0 && _snapshots[^1].Metadata.Index >= stored.Metadata.Index)
            {
                Discard(writer.TemporaryPath);
                return false;
            }

            Guarded(path, () =>
            {
                _files.Rename(writer.TemporaryPath, path);
                _files.SyncDirectory(_layout.SnapshotDirectory);
            });
            _writing.Remove(writer.TemporaryPath);
            if (writer.Origin == SnapshotOrigin.Received)
            {
                DropIncoming(except: path);
                Incoming = stored;
                return true;
            }

            Add(stored);
        }

        RaftStorageLog.SnapshotSaved(_options.Logger, stored.Metadata.Index, stored.Metadata.Term);
        return true;
    }

    /// <summary>The log has accepted the snapshot that waited.</summary>
    public void Install()
    {
        lock (_gate)
        {
            var incoming = Incoming!;
            var path = Path.Join(
                _layout.SnapshotDirectory, StorageLayout.SnapshotName(incoming.Metadata.Term, incoming.Metadata.Index));
            _files.Rename(incoming.Path, path);
            _files.SyncDirectory(_layout.SnapshotDirectory);
            Incoming = null;
            Add(incoming with { Path = path });
            RaftStorageLog.SnapshotInstalled(_options.Logger, incoming.Metadata.Index, incoming.Metadata.Term);
        }
    }

    /// <summary>Forgets the snapshot that waits.</summary>
    public void DropIncoming(string? except = null)
    {
        lock (_gate)
        {
            if (Incoming is { } incoming && incoming.Path != except)
            {
                TryDelete(incoming.Path);
            }

            Incoming = null;
        }
    }

    /// <summary>Deletes what a crash kept from being deleted.</summary>
    public void DeleteSurplus()
    {
        lock (_gate)
        {
            Prune();
        }
    }

    /// <summary>Deletes a file that never became a snapshot.</summary>
    internal void Discard(string path)
    {
        TryDelete(path);
        lock (_gate)
        {
            _writing.Remove(path);
        }
    }

    /// <summary>Does something to a file; a full disk gets its own error.</summary>
    internal void Guarded(string path, Action action)
    {
        try
        {
            action();
        }
        catch (IOException exception) when (exception.IsDiskFull)
        {
            RaftStorageLog.Full(_options.Logger, path);
            throw new RaftStorageFullException(path, exception);
        }
    }

    private static StoredSnapshot Examine(
        IFileSystem files, StorageLayout layout, string name, LogKeyRing keys, Guid logId, ulong term, ulong index)
    {
        var path = Path.Join(layout.SnapshotDirectory, name);
        using var reader = SnapshotReadStream.Open(files, path, keys);
        if (reader.LogId != logId || reader.Metadata.Index != index || reader.Metadata.Term != term)
        {
            throw new RaftStorageCorruptException(
                path, 0, StorageDamage.ForeignFile, "the snapshot is not the one its name says, or that of another log");
        }

        return new StoredSnapshot(path, new Snapshot { Metadata = reader.Metadata }, reader.KeyId, reader.LogId);
    }

    private void Add(StoredSnapshot stored)
    {
        _snapshots = [.. _snapshots.Where(other => other.Path != stored.Path), stored];
        _newest = stored;
        Saved?.Invoke(stored.Metadata);
        Prune();
    }

    private void Prune()
    {
        var surplus = _snapshots.Count - 1 - _keepOld;
        for (var i = 0; i < surplus; i++)
        {
            TryDelete(_snapshots[i].Path);
        }

        _snapshots = [.. _snapshots.Skip(Math.Max(surplus, 0))];
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
