using Swarm.Raft;
using Swarm.Raft.Consensus;
using Swarm.Raft.Storage.Encryption;
using Swarm.Raft.Storage.Files;
using Swarm.Raft.Storage.Files.InMemory;
using Swarm.Raft.Storage.Snapshots;

namespace Swarm.Simulation.Tests;

/// <summary>
/// The real log, in files on a disk in memory that can stop before any operation, and then loses what was not flushed
/// or tears it. What it has acknowledged is kept beside it and has to be there after every start.
/// </summary>
internal sealed class FileDisk : MemberDisk, IRandomBytes
{
    private const string Root = "/raft";

    private readonly InMemoryDisk _disk = new();
    private readonly IFileSystem _files;
    private readonly SimRandom _random;
    private readonly Entry[] _entries;
    private readonly HardState _state;
    private DiskJob[] _doubtful = [];
    private Snapshot? _doubtfulSnapshot;
    private FileRaftStorage? _storage;

    public FileDisk(Entry[] entries, HardState state, SimRandom random, Func<InMemoryDisk, IFileSystem>? files = null) =>
        (_entries, _state, _random, _files) = (entries, state, random, files?.Invoke(_disk) ?? _disk);

    public override IRaftLogReader Log => _storage!;

    public override HardState State => _storage!.HardState;

    public override void Open() => Guarded(() =>
    {
        var options = new FileRaftStorageOptions
        {
            Files = _files,
            Random = this,
            SegmentBytes = 4096,
            PreallocateBytes = 2048,
            CacheEntries = 8,
        };
        _storage = FileRaftStorage.OpenAsync(Root, options).AsTask().GetAwaiter().GetResult();
        CompareWithPlatter();
        if (_storage.LastIndex == 0 && _entries.Length > 0)
        {
            _doubtful = [new DiskJob(1, _state, _entries, null, 0, 0)];
            _storage.Append(_state, _entries);
            _storage.Sync();
            Settle();
        }
    });

    public override void Write(ReadOnlySpan<DiskJob> jobs)
    {
        _doubtful = jobs.ToArray();
        Guarded(() =>
        {
            foreach (var job in _doubtful)
            {
                Append(job);
            }

            _storage!.Sync();
            var done = _doubtful;
            Settle();
            foreach (var job in done)
            {
                Compact(job.CompactTo);
            }
        });

        // The next stop comes soon, or not at all.
        if (_random.Next(15) == 0)
        {
            _disk.StopsAtChange = _disk.Changes + 1 + _random.Next(12);
        }
    }

    public override void Crash(ReadOnlySpan<DiskJob> underWay, SimRandom random)
    {
        _disk.Stop();
        _storage = null;
        if (random.Next(4) == 0)
        {
            _disk.RestartProcess();
        }
        else
        {
            _disk.RestartMachine((PowerLoss)random.Next(3), random.Next());
        }

        // Some stop again while they start.
        _disk.StopsAtChange = random.Next(10) == 0 ? _disk.Changes + 1 + random.Next(6) : 0;
    }

    public override void Close()
    {
        _disk.StopsAtChange = 0;
        _storage?.Dispose();
        _storage = null;
    }

    public override void SaveSnapshot(Snapshot snapshot)
    {
        var metadata = snapshot.Metadata;
        if (metadata.Index <= Platter.Snapshot.Metadata.Index)
        {
            return;
        }

        _doubtfulSnapshot = snapshot;
        Guarded(() =>
        {
            using var stream = _storage!.BeginSnapshot(metadata, SnapshotOrigin.Local);
            stream.Write(snapshot.Data.Span);
            if (stream.Complete())
            {
                Platter.Keep(snapshot);
                _doubtfulSnapshot = null;
            }
        });
    }

    public override Snapshot LoadSnapshot()
    {
        using var stream = _storage!.OpenSnapshot();
        if (stream is null)
        {
            return Snapshot.None;
        }

        var data = new byte[stream.Length];
        stream.ReadExactly(data);
        return new Snapshot { Metadata = stream.Metadata, Data = data };
    }

    void IRandomBytes.Fill(Span<byte> destination) => _random.NextBytes(destination);

    private void Append(in DiskJob job)
    {
        if (job.Installed is { } snapshot)
        {
            using var stream = _storage!.BeginSnapshot(snapshot.Metadata, SnapshotOrigin.Received);
            stream.Write(snapshot.Data.Span);
            stream.Complete();
        }

        if (job.CompactTo == 0)
        {
            _storage!.Append(job.State, job.Entries, job.Installed?.Metadata);
        }
    }

    private void Compact(ulong index)
    {
        if (index > 0)
        {
            _storage!.Compact(index);
            Platter.CompactTo(index);
        }
    }

    // What was doubtful is certain now.
    private void Settle()
    {
        foreach (var job in _doubtful)
        {
            if (job.CompactTo == 0)
            {
                ApplyToPlatter(job);
            }
        }

        _doubtful = [];
    }

    // A start finds what was acknowledged, and of what was under way all or nothing.
    private void CompareWithPlatter()
    {
        var storage = _storage!;
        var withDoubtful = Copy(Platter);
        var state = PlatterState;
        foreach (var job in _doubtful)
        {
            if (job.CompactTo == 0)
            {
                Apply(withDoubtful, job);
                state = job.State ?? state;
            }
        }

        var found = storage.HardState;
        SimulationFailure.Unless(
            (IsLike(Platter) && IsLike(found, PlatterState)) || (IsLike(withDoubtful) && IsLike(found, state)),
            $"a start finds entries {storage.FirstIndex} to {storage.LastIndex}, snapshot {storage.Snapshot.Metadata.Index} and "
            + $"{found}; acknowledged were entries up to {Platter.LastIndex}, snapshot {Platter.Snapshot.Metadata.Index} and {PlatterState}");
        Platter = new MemoryRaftLog(LoadSnapshot());
        PlatterState = found;
        (_doubtful, _doubtfulSnapshot) = ([], null);
        var first = Platter.LastIndex + 1;
        if (first <= storage.LastIndex)
        {
            Platter.Append(storage.Read(first, storage.LastIndex + 1, long.MaxValue).Span);
        }
    }

    private static bool IsLike(in HardState found, in HardState expected) =>
        found.Term == expected.Term && found.Vote == expected.Vote;

    private bool IsLike(MemoryRaftLog expected)
    {
        var storage = _storage!;
        var snapshot = storage.Snapshot.Metadata.Index;
        var from = Math.Max(storage.FirstIndex, expected.FirstIndex);
        return storage.LastIndex == expected.LastIndex
            && (snapshot == expected.Snapshot.Metadata.Index || snapshot == _doubtfulSnapshot?.Metadata.Index)
            && storage.FirstIndex <= snapshot + 1
            && (from > storage.LastIndex
                || storage.Read(from, storage.LastIndex + 1, long.MaxValue).Span
                    .SequenceEqual(expected.Read(from, storage.LastIndex + 1, long.MaxValue).Span));
    }

    private void Guarded(Action action)
    {
        try
        {
            action();
        }
        catch (Exception) when (_disk.Stopped)
        {
            throw new PowerFailedException();
        }

        // Some of what fails on the way out is swallowed.
        if (_disk.Stopped)
        {
            throw new PowerFailedException();
        }
    }
}
