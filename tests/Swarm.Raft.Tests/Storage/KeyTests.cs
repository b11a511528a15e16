using System.Security.Cryptography;
using Swarm.Raft.Consensus;
using Swarm.Raft.Storage;
using Swarm.Raft.Storage.Encryption;
using Swarm.Raft.Storage.Files.InMemory;
using Swarm.Raft.Storage.Snapshots;
using static Swarm.Raft.Tests.Storage.StorageFixture;

namespace Swarm.Raft.Tests.Storage;

/// <summary>R-17: keys turn without a moment in which the log cannot be opened.</summary>
public sealed class KeyTests
{
    [Fact]
    public async Task After_a_rotation_older_segments_stay_readable_until_a_snapshot_replaces_them()
    {
        var disk = new InMemoryDisk();
        var storage = Open(disk);
        storage.Save(new HardState(1, 1, 3), Entries(1, 5, 1));
        Assert.Null(storage.KeyRotationBoundary);
        var oneKey = disk.ReadAll("/raft/keys").Length;

        await storage.RotateKeyAsync();
        Assert.Equal(5UL, storage.KeyRotationBoundary);
        storage.Save(new HardState(1, 1, 6), Entries(6, 8, 1));
        Assert.Equal(5UL, storage.KeyRotationBoundary);
        storage.Dispose();

        storage = Open(disk);
        Assert.Equal(Entries(1, 8, 1), storage.All());
        Assert.Equal(5UL, storage.KeyRotationBoundary);
        storage.SaveSnapshot(6, 1);
        storage.Compact(5);
        Assert.Null(storage.KeyRotationBoundary);
        Assert.Equal(oneKey, disk.ReadAll("/raft/keys").Length);
        storage.Dispose();

        using var again = Open(disk);
        Assert.Equal(Entries(6, 8, 1), again.All());
        Assert.Equal(6UL, again.Snapshot.Metadata.Index);
    }

    [Fact]
    public async Task A_snapshot_that_is_being_received_under_the_old_key_keeps_it_alive()
    {
        var disk = new InMemoryDisk();
        var storage = Open(disk);
        storage.Save(new HardState(1, 1, 5), Entries(1, 5, 1));
        using (var writer = storage.BeginSnapshot(MetadataAt(40, 3), SnapshotOrigin.Received))
        {
            writer.Write(SnapshotBytes(40, 3, 700));
            await storage.RotateKeyAsync();
            storage.Save(new HardState(1, 1, 7), Entries(6, 8, 1));
            storage.SaveSnapshot(7, 1);
            storage.Compact(7);
            Assert.True(writer.Complete());
        }

        storage.Append(new HardState(3, 0, 40), [], MetadataAt(40, 3));
        storage.Sync();
        storage.Dispose();
        using var again = Open(disk);
        Assert.Equal(SnapshotBytes(40, 3, 700), again.ReadSnapshot());
        Assert.NotNull(again.KeyRotationBoundary);
    }

    [Fact]
    public async Task Another_wrapping_key_rewrites_the_key_file_and_nothing_else()
    {
        var disk = new InMemoryDisk();
        var (first, second) = (Provider(1), Provider(2));
        var options = Options(disk);
        options.KeyProvider = first;
        using (var storage = Open(disk, options))
        {
            storage.Save(new HardState(1, 1, 3), Entries(1, 5, 1));
            var touched = new List<string>();
            disk.Before = (_, path) => touched.Add(path);
            await storage.RewrapKeysAsync(second);
            disk.Before = null;
            Assert.All(touched, path => Assert.True(path.StartsWith("/raft/keys", StringComparison.Ordinal) || path == Root, path));
        }

        Assert.Equal(StorageDamage.WrongKey, RefusesToOpen(disk, options).Reason);
        options.KeyProvider = second;
        using var again = Open(disk, options);
        Assert.Equal(5UL, again.LastIndex);
    }

    [Fact]
    public async Task A_locked_log_can_be_unlocked_for_good_and_locked_again()
    {
        var disk = new InMemoryDisk();
        using (var storage = Open(disk))
        {
            storage.Save(new HardState(1, 1, 3), Entries(1, 5, 1));
            await storage.RewrapKeysAsync(Provider(3));
            await storage.RewrapKeysAsync(ClearLogKeyProvider.Instance);
        }

        using var again = Open(disk);
        Assert.Equal(5UL, again.LastIndex);
    }

    [Fact]
    public async Task A_key_provider_that_fails_changes_nothing()
    {
        var disk = new InMemoryDisk();
        using var storage = Open(disk);
        storage.Save(new HardState(1, 1, 3), Entries(1, 5, 1));
        var keys = disk.ReadAll("/raft/keys");
        await Assert.ThrowsAsync<TimeoutException>(async () => await storage.RewrapKeysAsync(new FailingProvider()));
        Assert.Equal(keys, disk.ReadAll("/raft/keys"));
        storage.Save(null, Entries(6, 6, 1));
    }

    [Fact]
    public void No_payload_stands_on_the_disk_in_plain_text()
    {
        var disk = new InMemoryDisk();
        var secret = "the password is swordfish"u8.ToArray();
        using (var storage = Open(disk))
        {
            storage.Save(new HardState(1, 1, 1), new Entry(1, 1, EntryType.Normal, secret));
            using var writer = storage.BeginSnapshot(MetadataAt(1, 1), SnapshotOrigin.Local);
            writer.Write(secret);
            writer.Complete();
        }

        string[] files = [.. Segments(disk), .. disk.List(SnapshotDirectory).Select(name => Path.Join(SnapshotDirectory, name))];
        Assert.All(files, path => Assert.True(disk.ReadAll(path).AsSpan().IndexOf(secret.AsSpan(0, 8)) < 0));
    }

    [Fact]
    public void The_same_entries_never_give_the_same_bytes_twice()
    {
        var disk = new InMemoryDisk();
        var random = new SeededBytes(1);
        var seen = new HashSet<string>();
        for (var start = 0; start < 8; start++)
        {
            var options = Options(disk);
            options.Random = random;
            using (var storage = Open(disk, options))
            {
                storage.Save(new HardState((ulong)start + 1, 1, 0), Entries(1, 3, 1));
            }

            var segment = disk.ReadAll(LastSegment(disk));
            foreach (var offset in (int[])[4096 + 512 + 16 + 40, 4096 + 512 + 16 + 40 + 72])
            {
                Assert.True(seen.Add(Convert.ToHexString(segment, offset, 16)), $"start {start}");
            }
        }
    }

    [Fact]
    public void Both_ciphers_authenticate_number_key_and_place()
    {
        foreach (var kind in Enum.GetValues<CipherKind>())
        {
            using var key = LogKey.Create(SystemRandomBytes.Instance);
            var salt = RandomNumberGenerator.GetBytes(32);
            var identity = FileIdentity.Segment(new Guid(RandomNumberGenerator.GetBytes(16)), 3);
            using var cipher = new RecordCipher(kind, key, salt, identity);
            using var elsewhere = new RecordCipher(kind, key, salt, identity with { First = 4 });
            var (ciphertext, tag, plain) = (new byte[5], new byte[16], new byte[5]);
            cipher.Seal(7, [1, 2, 3, 4, 5], ciphertext, tag, [9]);
            Assert.True(cipher.TryOpen(7, ciphertext, tag, plain, [9]));
            Assert.Equal([1, 2, 3, 4, 5], plain);
            Assert.False(cipher.TryOpen(8, ciphertext, tag, plain, [9]));
            Assert.False(cipher.TryOpen(7, ciphertext, tag, plain, [8]));
            Assert.False(elsewhere.TryOpen(7, ciphertext, tag, plain, [9]));
        }
    }

    private static SecretLogKeyProvider Provider(byte value) => new(StorageWorkload.Kek(value));

    private sealed class FailingProvider : ILogKeyProvider
    {
        public string KeyId => "gone";

        public ValueTask<WrappedLogKey> WrapAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken) =>
            throw new TimeoutException();

        public ValueTask<ReadOnlyMemory<byte>> UnwrapAsync(WrappedLogKey key, CancellationToken cancellationToken) =>
            throw new TimeoutException();
    }
}
