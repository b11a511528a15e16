using System.Security.Cryptography;
using Swarm.Raft.Consensus;
using Swarm.Raft.Storage;
using Swarm.Raft.Storage.Encryption;
using Swarm.Raft.Storage.Files.InMemory;
using static Swarm.Raft.Tests.Storage.StorageFixture;

namespace Swarm.Raft.Tests.Storage;

/// <summary>R-14: damage is found, named with file, offset and remedy, and never skipped.</summary>
public sealed class DamageTests
{
    [Fact]
    public void Any_flipped_bit_is_refused_or_harmless_and_never_changes_what_the_log_says()
    {
        var disk = SmallLog();
        using var original = Open(disk.Copy());
        var entries = original.All();
        var (state, snapshot) = (original.HardState, original.ReadSnapshot());
        var refused = 0;
        foreach (var path in Files(disk))
        {
            var length = disk.ReadAll(path).Length;
            for (var offset = 0; offset < length; offset++)
            {
                var damaged = disk.Copy();
                damaged.Damage(path, offset, (byte)(1 << (offset % 8)));
                try
                {
                    using var storage = Open(damaged);
                    Assert.Equal(entries, storage.All());
                    Assert.Equal(state, storage.HardState);
                    Assert.Equal(snapshot, storage.ReadSnapshot());
                }
                catch (RaftStorageCorruptException exception)
                {
                    refused++;
                    Assert.Contains(exception.Path, exception.Message, StringComparison.Ordinal);
                    Assert.True(exception.Path == path || path.StartsWith(exception.Path, StringComparison.Ordinal));
                }
            }
        }

        Assert.True(refused > 2000, $"only {refused} flips were refused");
    }

    [Fact]
    public void Every_bit_of_the_last_acknowledged_batch_is_guarded()
    {
        var disk = new InMemoryDisk();
        var storage = Open(disk);
        storage.Save(new HardState(1, 1, 0), Entries(1, 1, 1));
        var path = LastSegment(disk);
        var before = disk.ReadAll(path);
        storage.Save(null, NewEntry(2, 1, 20));
        var after = disk.ReadAll(path);
        disk.RestartProcess();

        // The record and the end mark of the batch: 40 + 20 + 16, and 16, behind the note of 16.
        var start = (Enumerable.Range(0, before.Length).First(i => before[i] != after[i]) / 512 * 512) + 16;
        for (var bit = 0; bit < (40 + 20 + 16 + 12) * 8; bit++)
        {
            var damaged = disk.Copy();
            damaged.Damage(path, start + (bit / 8), (byte)(1 << (bit % 8)));
            var refusal = RefusesToOpen(damaged);
            Assert.Equal(path, refusal.Path);
            Assert.Equal(StorageDamage.AcknowledgedDataDamaged, refusal.Reason);
            Assert.InRange(refusal.Offset, start, start + (40 + 20 + 16));
        }
    }

    [Fact]
    public void A_bad_record_with_valid_records_behind_it_is_refused()
    {
        var disk = new InMemoryDisk();
        using (var storage = Open(disk))
        {
            for (var index = 1UL; index <= 5; index++)
            {
                storage.Save(new HardState(1, 1, 0), NewEntry(index, 1));
            }
        }

        var path = LastSegment(disk);
        var bytes = disk.ReadAll(path);
        bytes.AsSpan(4096 + 1024, 512).Clear();
        disk.Put(path, bytes);
        Assert.Equal(StorageDamage.AcknowledgedDataDamaged, RefusesToOpen(disk).Reason);
    }

    [Fact]
    public void Damage_in_a_finished_segment_is_refused()
    {
        var disk = LogOfSegments();
        var path = Segments(disk)[1];
        disk.Damage(path, 4096 + 600, 1);
        var refusal = RefusesToOpen(disk);
        Assert.Equal((path, StorageDamage.AcknowledgedDataDamaged), (refusal.Path, refusal.Reason));
        Assert.True(refusal.Offset >= 4096);
    }

    [Fact]
    public void A_finished_segment_that_was_cut_is_refused()
    {
        var disk = LogOfSegments();
        var path = Segments(disk)[1];
        disk.Put(path, disk.ReadAll(path).AsSpan(0, 4096 + 512));
        Assert.Equal(path, RefusesToOpen(disk).Path);
    }

    [Fact]
    public void A_segment_that_is_missing_is_refused_whichever_it_is()
    {
        var disk = LogOfSegments();
        var segments = Segments(disk);
        Assert.True(segments.Length >= 4);
        foreach (var path in segments)
        {
            var damaged = disk.Copy();
            damaged.Delete(path);
            Assert.Equal(StorageDamage.MissingSegment, RefusesToOpen(damaged).Reason);
        }

        Array.ForEach(segments, disk.Delete);
        Assert.Equal(StorageDamage.MissingSegment, RefusesToOpen(disk).Reason);
    }

    [Fact]
    public void A_snapshot_that_is_missing_is_refused_once_the_log_begins_behind_it()
    {
        var disk = LogOfSegments();
        using (var storage = Open(disk, Options(disk, 4096)))
        {
            storage.Save(new HardState(1, 1, 12), []);
            storage.SaveSnapshot(12, 1);
            storage.Compact(12);
            storage.Save(null, Entries(21, 22, 1));
        }

        disk.Delete(Files(disk).Single(path => path.EndsWith(".snap", StringComparison.Ordinal)));
        Assert.Contains(
            RefusesToOpen(disk).Reason, new[] { StorageDamage.MissingSnapshot, StorageDamage.MissingSegment });
    }

    [Fact]
    public void A_snapshot_newer_than_the_log_is_refused()
    {
        var disk = new InMemoryDisk();
        using (var storage = Open(disk))
        {
            storage.Save(new HardState(1, 1, 2), Entries(1, 3, 1));
        }

        var older = disk.Copy();
        using (var storage = Open(disk))
        {
            storage.Save(new HardState(1, 1, 6), Entries(4, 6, 1));
            storage.SaveSnapshot(6, 1);
        }

        var snapshot = Files(disk).Single(path => path.EndsWith(".snap", StringComparison.Ordinal));
        older.Put(snapshot, disk.ReadAll(snapshot));
        Assert.Equal(StorageDamage.SnapshotBeyondLog, RefusesToOpen(older).Reason);
    }

    [Fact]
    public void A_snapshot_that_was_cut_anywhere_is_refused()
    {
        var disk = SmallLog();
        var path = Files(disk).Single(path => path.EndsWith(".snap", StringComparison.Ordinal));
        var bytes = disk.ReadAll(path);
        for (var length = 0; length < bytes.Length; length += 7)
        {
            var damaged = disk.Copy();
            damaged.Put(path, bytes.AsSpan(0, length));
            Assert.Equal(path, RefusesToOpen(damaged).Path);
        }
    }

    [Fact]
    public void A_record_moved_to_another_segment_or_log_does_not_authenticate()
    {
        var disk = LogOfSegments();
        var other = new InMemoryDisk();
        using (var storage = Open(other, Options(other, 4096, seed: 2)))
        {
            storage.Save(new HardState(1, 1, 0), Entries(1, 3, 1, 1500));
        }

        var first = Segments(disk)[0];
        disk.Put(first, other.ReadAll(Segments(other)[0]));
        Assert.Contains(RefusesToOpen(disk).Reason, new[] { StorageDamage.MissingKey, StorageDamage.ForeignFile });
    }

    [Fact]
    public void A_snapshot_under_another_name_is_refused()
    {
        var disk = SmallLog();
        var path = Files(disk).Single(path => path.EndsWith(".snap", StringComparison.Ordinal));
        disk.Put(path.Replace("-0000000000000003", "-0000000000000004", StringComparison.Ordinal), disk.ReadAll(path));
        Assert.Equal(StorageDamage.ForeignFile, RefusesToOpen(disk).Reason);
    }

    [Fact]
    public void A_wrong_key_is_told_from_damage_and_changes_nothing()
    {
        var disk = new InMemoryDisk();
        var options = Options(disk);
        options.KeyProvider = new SecretLogKeyProvider(RandomNumberGenerator.GetBytes(32));
        using (var storage = Open(disk, options))
        {
            storage.Save(new HardState(1, 1, 0), Entries(1, 3, 1));
        }

        var changes = disk.Changes;
        var wrong = Options(disk);
        wrong.KeyProvider = new SecretLogKeyProvider(RandomNumberGenerator.GetBytes(32));
        Assert.Equal(StorageDamage.WrongKey, RefusesToOpen(disk, wrong).Reason);
        Assert.Equal(StorageDamage.WrongKey, RefusesToOpen(disk).Reason);
        Assert.Equal(changes, disk.Changes);
        using var again = Open(disk, options);
        Assert.Equal(3UL, again.LastIndex);
    }

    [Theory]
    [InlineData("keys", StorageDamage.MissingKey)]
    [InlineData("meta", StorageDamage.MissingMetadata)]
    public void A_file_of_the_root_that_is_missing_is_named(string name, StorageDamage reason)
    {
        var disk = SmallLog();
        disk.Delete(Path.Join(Root, name));
        Assert.Equal(reason, RefusesToOpen(disk).Reason);
    }

    [Fact]
    public void A_newer_format_is_refused_as_such()
    {
        var disk = SmallLog();
        var path = Path.Join(Root, "meta");
        var bytes = disk.ReadAll(path);
        bytes[8] = 2;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(
            bytes.AsSpan(^4), Swarm.Raft.Storage.Files.Crc32C.Compute(0, bytes.AsSpan(..^4)));
        disk.Put(path, bytes);
        Assert.Equal(StorageDamage.UnknownFormat, RefusesToOpen(disk).Reason);
    }

    [Fact]
    public void Only_one_may_have_a_log_open()
    {
        var disk = new InMemoryDisk();
        using var storage = Open(disk);
        Assert.Throws<RaftStorageInUseException>(() => Open(disk));
    }

    private static InMemoryDisk SmallLog()
    {
        var disk = new InMemoryDisk();
        using var storage = Open(disk, Options(disk, 4096));
        storage.Save(new HardState(1, 1, 0), Entries(1, 3, 1));
        storage.Save(new HardState(1, 1, 3), Entries(4, 5, 1, 400));
        storage.SaveSnapshot(3, 1, 300);
        storage.Compact(2);
        storage.Save(new HardState(2, 1, 4), Entries(5, 6, 2));
        return disk;
    }

    private static InMemoryDisk LogOfSegments()
    {
        var disk = new InMemoryDisk();
        using var storage = Open(disk, Options(disk, 4096));
        for (var index = 1UL; index <= 20; index++)
        {
            storage.Save(new HardState(1, 1, 0), NewEntry(index, 1, 900));
        }

        return disk;
    }

    private static string[] Files(InMemoryDisk disk) =>
    [
        .. disk.List(Root).Select(name => Path.Join(Root, name)),
        .. Segments(disk),
        .. disk.List(SnapshotDirectory).Select(name => Path.Join(SnapshotDirectory, name)),
    ];
}
