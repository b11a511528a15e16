using System.Buffers.Binary;
using Swarm.Raft.Consensus;
using Swarm.Raft.Storage;
using Swarm.Raft.Storage.Encryption;
using Swarm.Raft.Storage.Files.InMemory;
using Swarm.Raft.Storage.Snapshots;

namespace Swarm.Raft.Tests.Storage;

/// <summary>Random bytes from a seed, so that a failing run can be repeated.</summary>
internal sealed class SeededBytes(int seed) : IRandomBytes
{
    private readonly Random _random = new(seed);

    public void Fill(Span<byte> destination) => _random.NextBytes(destination);
}

/// <summary>Short words for what the tests do to a log on a disk in memory.</summary>
internal static class StorageFixture
{
    public const string Root = "/raft";
    public const string WalDirectory = "/raft/wal";
    public const string SnapshotDirectory = "/raft/snap";

    public static FileRaftStorageOptions Options(InMemoryDisk disk, int segmentBytes = 1 << 20, int seed = 1) => new()
    {
        Files = disk,
        Random = new SeededBytes(seed),
        SegmentBytes = segmentBytes,
        PreallocateBytes = 4096,
        CacheEntries = 4,
    };

    public static FileRaftStorage Open(InMemoryDisk disk, FileRaftStorageOptions? options = null) =>
        FileRaftStorage.OpenAsync(Root, options ?? Options(disk)).AsTask().GetAwaiter().GetResult();

    public static Entry NewEntry(ulong index, ulong term, int size = 16)
    {
        var data = new byte[size];
        var random = new Random(unchecked((int)((index * 31) + term)));
        random.NextBytes(data);
        return new Entry(term, index, index % 7 == 0 ? EntryType.ConfChangeV2 : EntryType.Normal, data);
    }

    public static Entry[] Entries(ulong from, ulong to, ulong term, int size = 16) =>
        [.. Enumerable.Range(0, (int)(to - from + 1)).Select(i => NewEntry(from + (ulong)i, term, size))];

    public static void Save(this FileRaftStorage storage, HardState? state, params Entry[] entries)
    {
        storage.Append(state, entries);
        storage.Sync();
    }

    public static List<Entry> All(this FileRaftStorage storage)
    {
        var entries = new List<Entry>();
        storage.ReadEntries(storage.FirstIndex, storage.LastIndex + 1, ulong.MaxValue, entries);
        return entries;
    }

    public static SnapshotMetadata MetadataAt(ulong index, ulong term) => new()
    {
        Index = index,
        Term = term,
        ConfState = new ConfState { Voters = [1, 2, index + 100], Learners = [9], AutoLeave = true },
    };

    /// <summary>The content that a snapshot of the tests has.</summary>
    public static byte[] SnapshotBytes(ulong index, ulong term, int size)
    {
        var bytes = new byte[size];
        new Random(unchecked((int)((index * 131) + term))).NextBytes(bytes);
        if (size >= 8)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, index);
        }

        return bytes;
    }

    public static bool SaveSnapshot(
        this FileRaftStorage storage, ulong index, ulong term, int size = 700, SnapshotOrigin origin = SnapshotOrigin.Local)
    {
        using var writer = storage.BeginSnapshot(MetadataAt(index, term), origin);
        writer.Write(SnapshotBytes(index, term, size));
        return writer.Complete();
    }

    public static byte[] ReadSnapshot(this FileRaftStorage storage)
    {
        using var reader = storage.OpenSnapshot()!;
        using var bytes = new MemoryStream();
        reader.CopyTo(bytes);
        return bytes.ToArray();
    }

    /// <summary>Opens a copy of the disk, for looking at what a start would find.</summary>
    public static RaftStorageCorruptException RefusesToOpen(InMemoryDisk disk, FileRaftStorageOptions? options = null)
    {
        var exception = Assert.Throws<RaftStorageCorruptException>(() => Open(disk, options).Dispose());
        Assert.Contains(exception.Path, exception.Message, StringComparison.Ordinal);
        Assert.Contains(exception.Remedy, exception.Message, StringComparison.Ordinal);
        Assert.NotEmpty(exception.Remedy);
        return exception;
    }

    public static string[] Segments(InMemoryDisk disk) =>
        [.. disk.List(WalDirectory).Where(name => name.EndsWith(".wal", StringComparison.Ordinal))
            .Select(name => Path.Join(WalDirectory, name))];

    public static string LastSegment(InMemoryDisk disk) => Segments(disk)[^1];
}
