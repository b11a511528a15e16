using Swarm.Raft.Consensus;
using Swarm.Raft.Storage;
using Swarm.Raft.Storage.Files.InMemory;
using Swarm.Raft.Storage.Snapshots;
using static Swarm.Raft.Tests.Storage.StorageFixture;

namespace Swarm.Raft.Tests.Storage;

/// <summary>
/// Defects that the logs of other Raft implementations had, by their number in the list of the Raft design. Those of
/// consensus, transport and membership are tested with these.
/// </summary>
public sealed class DefectTests
{
    private const int FailingWrite = (int)DiskOperation.Write;
    private const int FailingSync = (int)DiskOperation.Sync;

    [Fact]
    public void Defect_03_nothing_counts_before_it_is_flushed()
    {
        var disk = new InMemoryDisk();
        var storage = Open(disk);
        storage.Append(new HardState(1, 1, 0), Entries(1, 3, 1));
        Assert.Equal(0UL, storage.LastIndex);
        Assert.Equal(default, storage.HardState);
        storage.Sync();
        Assert.Equal(3UL, storage.LastIndex);
        LosePower(disk);
        using var again = Open(disk);
        Assert.Equal((3UL, 1UL), (again.LastIndex, again.HardState.Term));
    }

    [Fact]
    public void Defect_14_a_log_that_lost_committed_entries_is_refused_with_a_reason_and_not_a_panic()
    {
        var disk = new InMemoryDisk();
        using (var storage = Open(disk))
        {
            storage.Save(new HardState(1, 1, 1), Entries(1, 4, 1));
        }

        using (var storage = Open(disk))
        {
            storage.Save(new HardState(1, 1, 4), Entries(5, 6, 1));
        }

        // Somebody puts back an older state of the newest segment's predecessor and loses the newest.
        disk.Delete(LastSegment(disk));
        Assert.Equal(StorageDamage.MissingSegment, RefusesToOpen(disk).Reason);
    }

    [Fact]
    public void Defect_17_a_conflict_replaces_the_suffix_exactly_from_its_index_on_also_after_a_restart()
    {
        var disk = new InMemoryDisk();
        using (var storage = Open(disk))
        {
            storage.Save(new HardState(1, 1, 0), Entries(1, 9, 1));
            storage.Save(new HardState(2, 0, 0), Entries(4, 5, 2));
        }

        using var again = Open(disk);
        Assert.Equal([.. Entries(1, 3, 1), .. Entries(4, 5, 2)], again.All());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Defect_18_a_read_error_is_an_error_and_never_an_absent_entry(bool flipped)
    {
        var disk = new InMemoryDisk();
        using var storage = Open(disk);
        storage.Save(new HardState(1, 1, 0), Entries(1, 20, 1));
        if (flipped)
        {
            disk.Damage(LastSegment(disk), 4096 + 512 + 16 + 45, 1);
            Assert.Throws<RaftStorageCorruptException>(() => storage.ReadEntries(1, 2, 1, []));
        }
        else
        {
            disk.Before = (operation, _) => Throw(operation == DiskOperation.Read, InMemoryDisk.Failure());
            Assert.Throws<IOException>(() => storage.ReadEntries(1, 2, 1, []));
        }
    }

    [Fact]
    public void Defect_24_readers_do_not_wait_for_a_flush_that_hangs()
    {
        var disk = new InMemoryDisk();
        using var storage = Open(disk);
        storage.Save(new HardState(1, 1, 0), Entries(1, 20, 1));
        using var hanging = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        disk.Before = (operation, _) =>
        {
            if (operation == DiskOperation.Sync)
            {
                hanging.Set();
                release.Wait();
            }
        };
        var writer = new Thread(() => storage.Save(null, Entries(21, 22, 1)));
        writer.Start();
        hanging.Wait();
        Assert.Equal((20UL, 1UL), (storage.LastIndex, storage.HardState.Term));
        Assert.Equal(Entries(1, 20, 1), storage.All());
        release.Set();
        writer.Join();
        disk.Before = null;
        Assert.Equal(22UL, storage.LastIndex);
    }

    [Theory]
    [InlineData(FailingWrite)]
    [InlineData(FailingSync)]
    public void Defect_25_after_a_write_or_flush_that_failed_nothing_of_it_is_counted_and_nothing_more_is_acknowledged(int failing)
    {
        var disk = new InMemoryDisk();
        var storage = Open(disk);
        storage.Save(new HardState(1, 1, 0), Entries(1, 3, 1));
        var once = true;
        disk.Before = (operation, _) =>
        {
            var fails = once && (int)operation == failing;
            once &= !fails;
            Throw(fails, InMemoryDisk.Failure());
        };
        Assert.Throws<RaftStorageFaultedException>(() => storage.Save(new HardState(2, 2, 0), Entries(4, 6, 2)));
        Assert.Equal((3UL, 1UL), (storage.LastIndex, storage.HardState.Term));

        // The kernel reports success from now on; what it lost stays lost, so a flush must not be tried again.
        Assert.Throws<RaftStorageFaultedException>(storage.Sync);
        Assert.Throws<RaftStorageFaultedException>(() => storage.Append(null, Entries(4, 4, 2)));
        Assert.Throws<RaftStorageFaultedException>(() => storage.Compact(0));
        storage.Dispose();
        LosePower(disk);
        using var again = Open(disk);
        Assert.Equal(Entries(1, 3, 1), again.All());
    }

    [Fact]
    public void Defect_26_a_local_snapshot_that_finishes_late_does_not_replace_a_newer_one_that_was_installed()
    {
        var disk = new InMemoryDisk();
        using var storage = Open(disk);
        storage.Save(new HardState(1, 1, 5), Entries(1, 9, 1));
        using (var late = storage.BeginSnapshot(MetadataAt(5, 1), SnapshotOrigin.Local))
        {
            late.Write(SnapshotBytes(5, 1, 100));
            storage.SaveSnapshot(40, 3, 100, SnapshotOrigin.Received);
            storage.Append(new HardState(3, 0, 40), [], MetadataAt(40, 3));
            storage.Sync();
            Assert.False(late.Complete());
        }

        Assert.Equal(40UL, storage.Snapshot.Metadata.Index);
        Assert.Equal(SnapshotBytes(40, 3, 100), storage.ReadSnapshot());
        Assert.Single(disk.List(SnapshotDirectory));
    }

    [Fact]
    public void Defect_27_an_installed_snapshot_leaves_no_entry_of_the_old_log_not_even_behind_its_index()
    {
        var disk = new InMemoryDisk();
        using (var storage = Open(disk))
        {
            storage.Save(new HardState(1, 1, 2), Entries(1, 9, 1));
            storage.SaveSnapshot(5, 3, 100, SnapshotOrigin.Received);
            storage.Append(new HardState(3, 0, 5), [], MetadataAt(5, 3));
            storage.Sync();
            Assert.Equal((6UL, 5UL), (storage.FirstIndex, storage.LastIndex));
            storage.Save(null, Entries(6, 6, 3));
        }

        using var again = Open(disk);
        Assert.Equal(Entries(6, 6, 3), again.All());
        Assert.True(again.TryGetTerm(5, out var term));
        Assert.Equal(3UL, term);
    }

    [Fact]
    public void Defect_28_a_snapshot_older_than_what_is_committed_cannot_take_the_place_of_the_log()
    {
        using var storage = Open(new InMemoryDisk());
        storage.Save(new HardState(1, 1, 8), Entries(1, 9, 1));
        storage.SaveSnapshot(5, 1, 100, SnapshotOrigin.Received);
        Assert.Throws<ArgumentException>(() => storage.Append(null, [], MetadataAt(5, 1)));
        Assert.Equal(9UL, storage.LastIndex);
    }

    [Fact]
    public void Defect_29_hard_state_entries_and_installation_of_one_append_are_safe_together_or_not_at_all()
    {
        for (var change = 1; ; change++)
        {
            var disk = new InMemoryDisk();
            var storage = Open(disk);
            storage.Save(new HardState(1, 1, 2), Entries(1, 4, 1));
            storage.SaveSnapshot(30, 4, 100, SnapshotOrigin.Received);
            disk.StopsAtChange = disk.Changes + change;
            try
            {
                storage.Append(new HardState(5, 2, 30), Entries(31, 33, 5), MetadataAt(30, 4));
                storage.Sync();
            }
            catch (RaftStorageFaultedException)
            {
            }

            var finished = !disk.Stopped;
            disk.Stop();
            disk.RestartMachine(PowerLoss.TearsAtRandom, change);
            using var again = Open(disk);
            var old = (again.LastIndex, again.HardState.Term, again.Snapshot.Metadata.Index) == (4UL, 1UL, 0UL);
            Assert.True(old || (again.LastIndex, again.HardState.Term, again.Snapshot.Metadata.Index) == (33UL, 5UL, 30UL));
            if (finished)
            {
                Assert.False(old);
                return;
            }
        }
    }

    [Fact]
    public void Defect_32_zeros_behind_the_last_record_are_the_end_and_not_a_checksum_error()
    {
        var disk = new InMemoryDisk();
        using (var storage = Open(disk))
        {
            storage.Save(new HardState(1, 1, 0), Entries(1, 3, 1));
        }

        var path = LastSegment(disk);
        disk.Put(path, [.. disk.ReadAll(path), .. new byte[100_000]]);
        using var again = Open(disk);
        Assert.Equal(3UL, again.LastIndex);
    }

    [Fact]
    public void Defect_33_a_disk_that_filled_up_does_not_keep_the_log_from_starting()
    {
        var disk = new InMemoryDisk();
        var storage = Open(disk, Options(disk, 4096));
        storage.Save(new HardState(1, 1, 0), Entries(1, 3, 1));
        disk.Capacity = disk.Used + 700;
        Assert.Throws<RaftStorageFullException>(() => storage.Save(null, Entries(4, 30, 1, 900)));
        LosePower(disk);
        using var again = Open(disk);
        Assert.Equal(3UL, again.LastIndex);
    }

    [Fact]
    public void Defect_34_a_crash_between_write_and_flush_does_not_keep_the_log_from_starting()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var disk = new InMemoryDisk();
            var storage = Open(disk);
            storage.Save(new HardState(1, 1, 0), Entries(1, 3, 1));
            disk.Before = (operation, _) => Throw(operation == DiskOperation.Sync, new MachineStoppedException());
            Assert.Throws<RaftStorageFaultedException>(() => storage.Save(null, Entries(4, 9, 1, 700)));
            disk.Before = null;
            disk.RestartMachine(PowerLoss.TearsAtRandom, seed);
            using var again = Open(disk);
            Assert.Contains(again.LastIndex, new[] { 3UL, 9UL });
        }
    }

    [Fact]
    public void Defect_35_a_snapshot_carries_its_index_and_is_never_paired_with_another()
    {
        var disk = new InMemoryDisk();
        using var storage = Open(disk);
        storage.Save(new HardState(1, 1, 9), Entries(1, 9, 1));
        storage.SaveSnapshot(4, 1);
        storage.SaveSnapshot(7, 1);
        using var reader = storage.OpenSnapshot()!;
        var index = new byte[8];
        reader.ReadExactly(index);
        Assert.Equal(reader.Metadata.Index, BitConverter.ToUInt64(index));
    }

    [Fact]
    public void Defect_36_commit_is_never_behind_the_snapshot_nor_beyond_the_log()
    {
        var disk = new InMemoryDisk();
        var storage = Open(disk);
        storage.Save(new HardState(1, 1, 3), Entries(1, 9, 1));

        // A commit that rose alone waits for the next flush; the machine stops before.
        storage.Append(new HardState(1, 1, 8), []);
        storage.Sync();
        storage.SaveSnapshot(7, 1);
        Assert.Throws<ArgumentException>(() => storage.Append(new HardState(1, 1, 10), []));
        LosePower(disk);
        using var again = Open(disk);
        Assert.Equal(7UL, again.HardState.Commit);
    }

    [Fact]
    public void Defect_37_a_record_that_cannot_be_read_stops_the_start_and_is_not_skipped()
    {
        var disk = new InMemoryDisk();
        using (var storage = Open(disk))
        {
            storage.Save(new HardState(1, 1, 0), Entries(1, 3, 1));
            storage.Save(new HardState(1, 1, 0), Entries(4, 6, 1));
        }

        disk.Damage(LastSegment(disk), 4096 + 512 + 16 + 50, 0x10);
        Assert.Equal(StorageDamage.AcknowledgedDataDamaged, RefusesToOpen(disk).Reason);
    }

    [Fact]
    public async Task Defect_38_an_uncommitted_entry_under_the_old_key_outlives_the_rotation()
    {
        var disk = new InMemoryDisk();
        var storage = Open(disk);
        storage.Save(new HardState(1, 1, 3), Entries(1, 5, 1));
        await storage.RotateKeyAsync();
        storage.Save(null, Entries(6, 6, 1));
        storage.SaveSnapshot(3, 1);
        storage.Compact(3);
        Assert.Equal(5UL, storage.KeyRotationBoundary);
        storage.Dispose();
        using var again = Open(disk);
        Assert.Equal(Entries(4, 6, 1), again.All().Where(entry => entry.Index > 3));
    }

    [Fact]
    public void Defect_52_a_log_does_not_remember_a_snapshot_that_it_does_not_have()
    {
        var disk = new InMemoryDisk();
        var storage = Open(disk);
        storage.Save(new HardState(1, 1, 5), Entries(1, 9, 1));
        disk.StopsAtChange = disk.Changes + 2;
        Assert.ThrowsAny<IOException>(() => storage.SaveSnapshot(5, 1));
        LosePower(disk);
        using var again = Open(disk);
        Assert.Equal(0UL, again.Snapshot.Metadata.Index);
        Assert.Null(again.OpenSnapshot());
        Assert.Equal(1UL, again.FirstIndex);
    }

    [Fact]
    public void Defect_53_a_vote_is_not_forgotten_over_a_restart()
    {
        var disk = new InMemoryDisk();
        var storage = Open(disk);
        storage.Save(new HardState(7, 0, 0));

        // The term is the same, so that the vote alone has to bring about the flush.
        storage.Save(new HardState(7, 3, 0));
        LosePower(disk);
        using var again = Open(disk);
        Assert.Equal(new HardState(7, 3, 0), again.HardState);
    }

    private static void LosePower(InMemoryDisk disk)
    {
        disk.Stop();
        disk.RestartMachine(PowerLoss.LosesEverything, 0);
    }

    private static void Throw(bool when, IOException exception)
    {
        if (when)
        {
            throw exception;
        }
    }
}
