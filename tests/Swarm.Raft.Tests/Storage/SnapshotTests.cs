using Swarm.Raft.Consensus;
using Swarm.Raft.Storage;
using Swarm.Raft.Storage.Files.InMemory;
using Swarm.Raft.Storage.Snapshots;
using static Swarm.Raft.Tests.Storage.StorageFixture;

namespace Swarm.Raft.Tests.Storage;

public sealed class SnapshotTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(1_000_000)]
    public void A_snapshot_is_read_back_as_it_was_written_with_its_length_and_membership(int size)
    {
        var disk = new InMemoryDisk();
        using (var storage = Log(disk))
        {
            Assert.True(storage.SaveSnapshot(5, 1, size));
        }

        using var again = Open(disk);
        Assert.Equal(MetadataAt(5, 1), again.Snapshot.Metadata);
        using var reader = again.OpenSnapshot()!;
        Assert.Equal(size, reader.Length);
        Assert.Equal(SnapshotBytes(5, 1, size), again.ReadSnapshot());
    }

    [Fact]
    public void A_snapshot_that_is_not_completed_leaves_nothing()
    {
        var disk = new InMemoryDisk();
        using var storage = Log(disk);
        using (var writer = storage.BeginSnapshot(MetadataAt(5, 1), SnapshotOrigin.Local))
        {
            writer.Write(new byte[200_000]);
        }

        Assert.Empty(disk.List(SnapshotDirectory));
        Assert.Equal(0UL, storage.Snapshot.Metadata.Index);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(2, 3)]
    public void Older_snapshots_are_kept_as_told(int keep, int files)
    {
        var disk = new InMemoryDisk();
        var options = Options(disk);
        options.KeepOldSnapshots = keep;
        using var storage = Open(disk, options);
        storage.Save(new HardState(1, 1, 9), Entries(1, 9, 1));
        for (var index = 2UL; index < 9; index++)
        {
            storage.SaveSnapshot(index, 1);
        }

        Assert.Equal(files, disk.List(SnapshotDirectory).Count);
        Assert.Equal(8UL, storage.Snapshot.Metadata.Index);
    }

    [Fact]
    public void How_many_are_kept_may_change_while_the_log_is_open()
    {
        var disk = new InMemoryDisk();
        using var storage = Log(disk);
        storage.KeepOldSnapshots = 1;
        storage.SaveSnapshot(3, 1);
        storage.SaveSnapshot(4, 1);
        storage.SaveSnapshot(5, 1);

        Assert.Equal(2, disk.List(SnapshotDirectory).Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => storage.KeepOldSnapshots = 101);
    }

    [Fact]
    public void A_snapshot_stays_readable_while_it_is_replaced()
    {
        var disk = new InMemoryDisk();
        using var storage = Log(disk);
        storage.SaveSnapshot(3, 1, 300_000);
        using var reader = storage.OpenSnapshot()!;
        var first = new byte[1000];
        reader.ReadExactly(first);
        storage.SaveSnapshot(5, 1);
        using var rest = new MemoryStream();
        reader.CopyTo(rest);
        Assert.Equal(SnapshotBytes(3, 1, 300_000), first.Concat(rest.ToArray()).ToArray());
    }

    [Fact]
    public void A_snapshot_of_an_entry_that_the_log_does_not_have_is_refused()
    {
        using var storage = Log(new InMemoryDisk());
        Assert.Throws<ArgumentException>(() => storage.BeginSnapshot(MetadataAt(10, 1), SnapshotOrigin.Local));
        Assert.Throws<ArgumentException>(() => storage.BeginSnapshot(MetadataAt(5, 2), SnapshotOrigin.Local));
        Assert.Throws<ArgumentOutOfRangeException>(() => storage.Compact(1));
    }

    [Fact]
    public void A_received_snapshot_takes_the_place_of_the_log_with_the_hard_state_in_one_step()
    {
        var disk = new InMemoryDisk();
        var storage = Log(disk);
        storage.SaveSnapshot(40, 5, 100_000, SnapshotOrigin.Received);
        Assert.Equal(0UL, storage.Snapshot.Metadata.Index);
        using (var received = storage.OpenReceivedSnapshot())
        {
            Assert.Equal(40UL, received!.Metadata.Index);
        }

        Assert.Throws<ArgumentException>(() => storage.Append(null, [], MetadataAt(41, 5)));
        storage.Append(new HardState(6, 0, 40), Entries(41, 42, 6), MetadataAt(40, 5));
        Assert.Equal(9UL, storage.LastIndex);
        storage.Sync();
        Assert.Equal((41UL, 42UL, 40UL), (storage.FirstIndex, storage.LastIndex, storage.Snapshot.Metadata.Index));
        Assert.True(storage.TryGetTerm(40, out var term));
        Assert.Equal(5UL, term);
        Assert.Throws<LogCompactedException>(() => storage.ReadEntries(9, 10, 1, []));
        storage.Dispose();
        using var again = Open(disk);
        Assert.Equal((41UL, 42UL), (again.FirstIndex, again.LastIndex));
        Assert.Equal(SnapshotBytes(40, 5, 100_000), again.ReadSnapshot());
        Assert.Equal(new HardState(6, 0, 40), again.HardState);
    }

    [Fact]
    public void A_received_snapshot_that_the_log_did_not_accept_is_gone_after_a_restart()
    {
        var disk = new InMemoryDisk();
        using (var storage = Log(disk))
        {
            storage.SaveSnapshot(40, 5, 100, SnapshotOrigin.Received);
        }

        using var again = Open(disk);
        Assert.Null(again.OpenReceivedSnapshot());
        Assert.Empty(disk.List(SnapshotDirectory));
        Assert.Equal(9UL, again.LastIndex);
    }

    [Fact]
    public void Dropping_a_received_snapshot_deletes_it()
    {
        var disk = new InMemoryDisk();
        using var storage = Log(disk);
        storage.SaveSnapshot(40, 5, 100, SnapshotOrigin.Received);
        storage.DropReceivedSnapshot();
        Assert.Empty(disk.List(SnapshotDirectory));
    }

    [Fact]
    public async Task Writing_and_reading_a_large_snapshot_takes_no_more_memory_than_a_small_one()
    {
        var directory = Directory.CreateTempSubdirectory("swarm-raft-");
        try
        {
            using var storage = await FileRaftStorage.OpenAsync(directory.FullName);
            storage.Save(new HardState(1, 1, 1), Entries(1, 1, 1));
            var piece = new byte[1 << 20];
            var before = GC.GetAllocatedBytesForCurrentThread();
            using (var writer = storage.BeginSnapshot(MetadataAt(1, 1), SnapshotOrigin.Local))
            {
                for (var i = 0; i < 64; i++)
                {
                    writer.Write(piece);
                }

                Assert.True(writer.Complete());
            }

            using (var reader = storage.OpenSnapshot()!)
            {
                Assert.Equal(64L << 20, reader.Length);
                while (reader.Read(piece) > 0)
                {
                }
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static FileRaftStorage Log(InMemoryDisk disk)
    {
        var storage = Open(disk);
        storage.Save(new HardState(1, 1, 5), Entries(1, 9, 1));
        return storage;
    }
}
