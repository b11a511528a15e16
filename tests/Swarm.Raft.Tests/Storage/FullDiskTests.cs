using Swarm.Raft.Consensus;
using Swarm.Raft.Storage;
using Swarm.Raft.Storage.Files.InMemory;
using static Swarm.Raft.Tests.Storage.StorageFixture;

namespace Swarm.Raft.Tests.Storage;

/// <summary>R-15: a full disk refuses, damages nothing, and is forgotten once there is room.</summary>
public sealed class FullDiskTests
{
    [Fact]
    public void At_every_fill_level_entries_are_refused_and_the_same_entries_are_taken_once_there_is_room()
    {
        for (var room = 0L; room < 40_000; room += 97)
        {
            var disk = new InMemoryDisk();
            using var storage = Open(disk, Options(disk, 4096));
            disk.Capacity = disk.Used + room;
            var model = new LogModel();
            var refusals = 0;
            for (var index = 1UL; index <= 24; index++)
            {
                var (state, entries) = (new HardState(index, 1, index - 1), Entries(index, index + 1, index, 700));
                try
                {
                    storage.Save(state, entries);
                }
                catch (RaftStorageFullException exception)
                {
                    refusals++;
                    Assert.StartsWith(Root, exception.Path, StringComparison.Ordinal);
                    Assert.Null(model.Difference(storage));
                    var copy = disk.Copy();
                    using (var restarted = Open(copy))
                    {
                        Assert.Null(model.Difference(restarted));
                    }

                    disk.Capacity = long.MaxValue;
                    storage.Save(state, entries);
                }

                model.Append(state, entries);
            }

            Assert.InRange(refusals, 0, 1);
            storage.Dispose();
            using var again = Open(disk, Options(disk, 4096));
            Assert.Null(model.Difference(again));
        }
    }

    [Fact]
    public void A_disk_that_stays_full_refuses_again_and_again_without_growing()
    {
        var disk = new InMemoryDisk();
        using var storage = Open(disk, Options(disk, 4096));
        storage.Save(new HardState(1, 1, 0), Entries(1, 2, 1));
        disk.Capacity = disk.Used;
        for (var i = 0; i < 20; i++)
        {
            Assert.Throws<RaftStorageFullException>(() => storage.Save(null, Entries(3, 30, 1, 1000)));
        }

        Assert.True(disk.Used <= disk.Capacity);
        Assert.DoesNotContain(disk.List(WalDirectory), name => name.EndsWith(".tmp", StringComparison.Ordinal));
        Assert.Equal(2UL, storage.LastIndex);
    }

    [Fact]
    public void Everything_since_the_last_sync_is_void_and_a_later_sync_acknowledges_none_of_it()
    {
        var disk = new InMemoryDisk();
        using var storage = Open(disk, Options(disk, 4096));
        storage.Save(new HardState(1, 1, 0), Entries(1, 2, 1));
        storage.Append(null, Entries(3, 4, 1));
        disk.Capacity = 0;
        storage.Append(null, Entries(5, 6, 1, 9000));
        Assert.Throws<RaftStorageFullException>(storage.Sync);
        disk.Capacity = long.MaxValue;
        storage.Sync();
        Assert.Equal(2UL, storage.LastIndex);
        storage.Save(null, Entries(3, 3, 2));
        Assert.Equal(3UL, storage.LastIndex);
    }

    [Fact]
    public void Compaction_works_on_a_full_disk_and_makes_the_room_that_is_needed()
    {
        var disk = new InMemoryDisk();
        using var storage = Open(disk, Options(disk, 4096));
        for (var index = 1UL; index <= 12; index++)
        {
            storage.Save(new HardState(1, 1, index - 1), NewEntry(index, 1, 2000));
        }

        storage.SaveSnapshot(11, 1);
        disk.Capacity = disk.Used;
        Assert.Throws<RaftStorageFullException>(() => storage.Save(null, Entries(13, 20, 1, 2000)));
        storage.Compact(11);
        storage.Save(null, Entries(13, 14, 1, 2000));
        Assert.Equal(14UL, storage.LastIndex);
    }

    [Fact]
    public void A_snapshot_that_finds_no_room_leaves_nothing_behind_and_the_log_goes_on()
    {
        var disk = new InMemoryDisk();
        using var storage = Open(disk);
        storage.Save(new HardState(1, 1, 3), Entries(1, 4, 1));
        var used = disk.Used;
        disk.Capacity = used + 100_000;
        Assert.Throws<RaftStorageFullException>(() => storage.SaveSnapshot(3, 1, 400_000));
        Assert.Equal(used, disk.Used);
        Assert.Equal(0UL, storage.Snapshot.Metadata.Index);
        Assert.True(storage.SaveSnapshot(3, 1, 4000));
        storage.Save(null, NewEntry(5, 1));
    }

    [Fact]
    public void A_new_log_on_a_full_disk_says_so_and_is_made_later()
    {
        var disk = new InMemoryDisk { Capacity = 1000 };
        Assert.Throws<RaftStorageFullException>(() => Open(disk));
        disk.Capacity = long.MaxValue;
        using var storage = Open(disk);
        storage.Save(new HardState(1, 1, 0), Entries(1, 1, 1));
    }

    [Fact]
    public void A_log_opens_on_a_full_disk_since_opening_needs_no_room()
    {
        var disk = new InMemoryDisk();
        using (var storage = Open(disk))
        {
            storage.Save(new HardState(1, 1, 1), Entries(1, 2, 1));
        }

        disk.Capacity = 0;
        using var full = Open(disk);
        Assert.Equal(2UL, full.LastIndex);
        Assert.Throws<RaftStorageFullException>(() => full.Save(null, NewEntry(3, 1)));
    }
}
