using Swarm.Raft.Consensus;
using Swarm.Raft.Storage.Encryption;
using Swarm.Raft.Storage.Files;
using Swarm.Raft.Storage.Snapshots;
using Swarm.Raft.Storage.Wal;

namespace Swarm.Raft.Storage;

/// <summary>The parts of an open log.</summary>
internal sealed record StorageParts(MetaFile Meta, LogKeyRing Keys, SnapshotStore Snapshots, WriteAheadLog Log);

/// <summary>Opens the directory of a log, or makes one, and checks that it holds all that was promised.</summary>
internal sealed class StorageOpening(FileRaftStorageOptions options, StorageLayout layout)
{
    private readonly IFileSystem _files = options.Files;

    public async ValueTask<StorageParts> RunAsync(CancellationToken cancellationToken)
    {
        _files.CreateDirectory(layout.LogDirectory);
        _files.CreateDirectory(layout.SnapshotDirectory);
        DeleteTemporaries();
        var meta = MetaFile.Load(_files, layout);
        var keys = await KeyFile.LoadAsync(_files, layout, options.KeyProvider, cancellationToken);
        try
        {
            if (meta is not null)
            {
                return Recover(meta, keys ?? throw MissingKeys());
            }

            RequireNothingToLose(keys);
            keys ??= await NewKeysAsync(cancellationToken);
            return Make(keys);
        }
        catch
        {
            keys?.Dispose();
            throw;
        }
    }

    private async ValueTask<LogKeyRing> NewKeysAsync(CancellationToken cancellationToken)
    {
        var key = await KeyFile.WrapAsync(options.KeyProvider, LogKey.Create(options.Random), cancellationToken);
        KeyFile.Save(_files, layout, [key]);
        return new LogKeyRing([key]);
    }

    private StorageParts Make(LogKeyRing keys)
    {
        var id = new byte[16];
        options.Random.Fill(id);
        var meta = new MetaFile(new Guid(id), options.Metadata.ToArray());
        var log = new WriteAheadLog(options, layout, meta.LogId, keys, NothingRecovered(), default, default);
        try
        {
            log.Initialize();
            meta.Save(_files, layout);
        }
        catch
        {
            log.Dispose();
            throw;
        }

        return new StorageParts(meta, keys, SnapshotStore.Load(options, layout, meta.LogId, keys), log);
    }

    private StorageParts Recover(MetaFile meta, LogKeyRing keys)
    {
        var snapshots = SnapshotStore.Load(options, layout, meta.LogId, keys);
        var recovered = new LogRecovery(_files, layout, meta.LogId, keys).Run();
        try
        {
            MakeSafe(recovered);
            AcceptOrDropIncoming(snapshots, recovered);
            var snapshot = snapshots.Newest?.Metadata ?? Snapshot.None.Metadata;
            RecoveredLogChecks.Run(layout, recovered, snapshot);
            if (recovered.TornAt is { } offset)
            {
                RaftStorageLog.TornTail(options.Logger, recovered.Segments[^1].Path, offset);
            }

            var hardState = recovered.HardState with { Commit = Math.Max(recovered.HardState.Commit, snapshot.Index) };
            var log = new WriteAheadLog(
                options, layout, meta.LogId, keys, recovered, hardState, (snapshot.Index, snapshot.Term));
            snapshots.DeleteSurplus();
            RaftStorageLog.Opened(
                options.Logger, layout.Root, log.FirstIndex, log.LastIndex, hardState.Term, hardState.Commit,
                snapshot.Index, log.SegmentCount);
            return new StorageParts(meta, keys, snapshots, log);
        }
        catch
        {
            recovered.Segments.ForEach(segment => segment.Dispose());
            throw;
        }
    }

    // What was read may only be in the page cache: the process died between a write and its flush. It is promised
    // again from here on, so it must be safe first.
    private void MakeSafe(RecoveredLog recovered)
    {
        if (recovered.Segments.Count > 0)
        {
            recovered.Segments[^1].File.Sync();
        }

        _files.SyncDirectory(layout.LogDirectory);
        _files.SyncDirectory(layout.SnapshotDirectory);
        _files.SyncDirectory(layout.Root);
    }

    private static void AcceptOrDropIncoming(SnapshotStore snapshots, RecoveredLog recovered)
    {
        if (snapshots.Incoming is not { } incoming)
        {
            return;
        }

        if (recovered.Installed == (incoming.Metadata.Index, incoming.Metadata.Term)
            && (snapshots.Newest?.Metadata.Index ?? 0) < incoming.Metadata.Index)
        {
            snapshots.Install();
        }
        else
        {
            snapshots.DropIncoming();
        }
    }

    // Without the last file of its making a log was never handed out, so it holds nothing that was promised.
    private void RequireNothingToLose(LogKeyRing? keys)
    {
        var segments = _files.List(layout.LogDirectory);
        var empty = _files.List(layout.SnapshotDirectory).Count == 0 && segments.Count <= 1;
        if (empty && segments.Count == 1)
        {
            var recovered = new LogRecovery(_files, layout, null, keys ?? throw MissingKeys()).Run();
            recovered.Segments.ForEach(segment => segment.Dispose());
            empty = recovered.Batches <= 1;
            if (empty)
            {
                _files.Delete(Path.Join(layout.LogDirectory, segments[0]));
                _files.SyncDirectory(layout.LogDirectory);
            }
        }

        if (!empty)
        {
            throw new RaftStorageCorruptException(
                layout.MetaPath, 0, StorageDamage.MissingMetadata, "there are segments or snapshots, and no file that says whose");
        }
    }

    private void DeleteTemporaries()
    {
        foreach (var directory in (string[])[layout.Root, layout.LogDirectory, layout.SnapshotDirectory])
        {
            foreach (var name in _files.List(directory))
            {
                if (name.EndsWith(StorageLayout.TemporarySuffix, StringComparison.Ordinal))
                {
                    _files.Delete(Path.Join(directory, name));
                }
            }
        }
    }

    private RaftStorageCorruptException MissingKeys() => new(
        layout.KeysPath, 0, StorageDamage.MissingKey, "the file with the data keys is missing");

    private static RecoveredLog NothingRecovered() => new()
    {
        Segments = [],
        TailEnd = 0,
        TornAt = null,
        Outline = new LogOutline(0, 0),
        FloorTermUnknown = false,
        HardState = default,
        Installed = default,
        SnapshotKnown = 0,
        Batches = 0,
    };
}
