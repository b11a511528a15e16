using System.Globalization;
using Swarm.Raft;
using Swarm.Raft.Consensus;
using Swarm.Raft.Storage.Snapshots;

namespace Swarm.Benchmarks.Raft;

/// <summary>A log on a real disk that is appended to, and compacted now and then, as a node does.</summary>
internal sealed class RaftLogWorkload : IDisposable
{
    private const ulong EntriesPerSnapshot = 100_000;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("swarm-raft-bench-");
    private readonly Entry[] _batch;
    private readonly byte[] _payload;
    private FileRaftStorage _storage;

    private RaftLogWorkload(int batch, int payload)
    {
        _batch = new Entry[batch];
        _payload = new byte[payload];
        new Random(1).NextBytes(_payload);
        _storage = Open();
    }

    public ulong LastIndex => _storage.LastIndex;

    public static RaftLogWorkload New(int batch, int payload) => new(batch, payload);

    /// <summary>One batch is appended and made safe.</summary>
    public void AppendAndSync()
    {
        var next = _storage.LastIndex + 1;
        for (var i = 0; i < _batch.Length; i++)
        {
            _batch[i] = new Entry(1, next + (ulong)i, EntryType.Normal, _payload);
        }

        _storage.Append(new HardState(1, 1, next - 1), _batch);
        _storage.Sync();
    }

    /// <summary>As <see cref="AppendAndSync"/>, with a snapshot and a compaction every 100,000 entries.</summary>
    public void AppendAndSyncForever()
    {
        AppendAndSync();
        if (_storage.LastIndex - _storage.FirstIndex >= EntriesPerSnapshot)
        {
            var index = _storage.LastIndex - (ulong)_batch.Length;
            using (var snapshot = _storage.BeginSnapshot(new SnapshotMetadata { Index = index, Term = 1 }, SnapshotOrigin.Local))
            {
                snapshot.Complete();
            }

            _storage.Compact(index);
        }
    }

    /// <summary>The log is closed and read again from its first byte.</summary>
    public ulong Reopen()
    {
        _storage.Dispose();
        _storage = Open();
        return _storage.LastIndex;
    }

    public void Dispose()
    {
        _storage.Dispose();
        _directory.Delete(recursive: true);
    }

    /// <summary>A snapshot of so many MiB, written and read back; returns MiB/s of both.</summary>
    public (double Write, double Read) Snapshot(int mebibytes)
    {
        var piece = new byte[1 << 20];
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        using (var writer = _storage.BeginSnapshot(
            new SnapshotMetadata { Index = _storage.LastIndex, Term = 1 }, SnapshotOrigin.Local))
        {
            for (var i = 0; i < mebibytes; i++)
            {
                writer.Write(piece);
            }

            writer.Complete();
        }

        var written = System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalSeconds;
        started = System.Diagnostics.Stopwatch.GetTimestamp();
        using var reader = _storage.OpenSnapshot()!;
        while (reader.Read(piece) > 0)
        {
        }

        return (mebibytes / written, mebibytes / System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    private FileRaftStorage Open() => FileRaftStorage.OpenAsync(
        Path.Join(_directory.FullName, _batch.Length.ToString(CultureInfo.InvariantCulture))).AsTask().GetAwaiter().GetResult();
}
