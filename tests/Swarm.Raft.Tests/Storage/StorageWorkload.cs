using Swarm.Raft.Consensus;
using Swarm.Raft.Storage.Encryption;
using Swarm.Raft.Storage.Files.InMemory;
using Swarm.Raft.Storage.Snapshots;

namespace Swarm.Raft.Tests.Storage;

/// <summary>
/// Drives a log and a model of it side by side, and knows at every moment what a start after a crash may find: what was
/// acknowledged, or that and all of what was under way.
/// </summary>
internal sealed class StorageWorkload(InMemoryDisk disk, FileRaftStorageOptions options)
{
    private readonly List<LogModel> _possible = [new()];
    private LogModel _safe = new();
    private LogModel _next = new();
    private FileRaftStorage? _storage;

    public FileRaftStorage Storage => _storage!;

    public static byte[] Kek(byte value) => [.. Enumerable.Repeat(value, 32)];

    public void Open() => _storage = StorageFixture.Open(disk, options);

    public void Close()
    {
        // What was appended and not synced is made safe on the way out.
        _possible.Add(_next);
        _storage!.Dispose();
        Settle(_next);
    }

    public void Append(HardState? state, Entry[] entries, (ulong Index, ulong Term)? installed = null)
    {
        _next = _next.Copy();
        _next.Append(state, entries, installed);
        _possible.Add(_next);
        Storage.Append(state, entries, installed is { } at ? StorageFixture.MetadataAt(at.Index, at.Term) : null);
    }

    public void Sync()
    {
        Storage.Sync();
        if (_next.HardState.Term != _safe.HardState.Term || _next.HardState.Vote != _safe.HardState.Vote
            || _next.Last != _safe.Last || _next.Snapshot != _safe.Snapshot || !ReferenceEquals(Top(_next), Top(_safe)))
        {
            Settle(_next);
        }
    }

    public void Snapshot(ulong index, int size)
    {
        var term = index > _next.Floor ? _next[index].Term : _next.Snapshot.Term;
        var (safe, next) = (_safe.Copy(), _next.Copy());
        safe.SaveSnapshot(index, term);
        next.SaveSnapshot(index, term);
        _possible.AddRange(_possible.ConvertAll(model => model.Copy()));
        _possible.Skip(_possible.Count / 2).ToList().ForEach(model => model.SaveSnapshot(index, term));
        Storage.SaveSnapshot(index, term, size);
        (_safe, _next) = (safe, next);
        Settle(_safe);
    }

    public void Receive(ulong index, ulong term, int size) =>
        Storage.SaveSnapshot(index, term, size, SnapshotOrigin.Received);

    public void Compact(ulong index)
    {
        _safe.Compact(index);
        _possible.ForEach(model => model.Compact(Math.Min(index, model.Snapshot.Index)));
        Storage.Compact(index);
    }

    public void RotateKey() => Storage.RotateKeyAsync().AsTask().GetAwaiter().GetResult();

    public void Rewrap(SecretLogKeyProvider provider)
    {
        Storage.RewrapKeysAsync(provider).AsTask().GetAwaiter().GetResult();
        options.KeyProvider = provider;
    }

    /// <summary>Checks what a start has found, and goes on from it.</summary>
    public void Resume(FileRaftStorage recovered)
    {
        _storage = recovered;
        var differences = _possible.ConvertAll(model => model.Difference(recovered));
        var found = differences.IndexOf(null);
        Assert.True(found >= 0, string.Join("; ", differences.Distinct()));
        Assert.Equal(_possible[found].Snapshot.Index, recovered.Snapshot.Metadata.Index);
        if (recovered.Snapshot.Metadata.Index > 0)
        {
            var bytes = recovered.ReadSnapshot();
            Assert.Equal(
                StorageFixture.SnapshotBytes(recovered.Snapshot.Metadata.Index, recovered.Snapshot.Metadata.Term, bytes.Length), bytes);
            Assert.Equal(
                StorageFixture.MetadataAt(recovered.Snapshot.Metadata.Index, recovered.Snapshot.Metadata.Term), recovered.Snapshot.Metadata);
        }

        Settle(_possible[found]);
    }

    private static object? Top(LogModel model) =>
        model.Last > model.Floor && System.Runtime.InteropServices.MemoryMarshal.TryGetArray(model[model.Last].Data, out var data)
            ? data.Array
            : null;

    private void Settle(LogModel model)
    {
        (_safe, _next) = (model, model);
        _possible.Clear();
        _possible.Add(model);
    }
}
