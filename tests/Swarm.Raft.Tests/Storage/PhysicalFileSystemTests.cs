using Swarm.Raft.Consensus;
using Swarm.Raft.Storage;
using static Swarm.Raft.Tests.Storage.StorageFixture;

namespace Swarm.Raft.Tests.Storage;

/// <summary>The same log on the machine's own disk.</summary>
public sealed class PhysicalFileSystemTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("swarm-raft-");

    [Fact]
    public async Task A_log_comes_back_from_a_real_disk()
    {
        var path = Path.Join(_directory.FullName, "a", "raft");
        var options = new FileRaftStorageOptions { SegmentBytes = 8192, Metadata = new byte[] { 1, 2, 3 } };
        using (var storage = await FileRaftStorage.OpenAsync(path, options))
        {
            for (var index = 1UL; index <= 60; index++)
            {
                storage.Save(new HardState(1, 1, index - 1), NewEntry(index, 1, 900));
            }

            storage.SaveSnapshot(30, 1, 200_000);
            storage.Compact(20);
            await storage.RotateKeyAsync();
            storage.Save(null, Entries(61, 62, 1));
            await Assert.ThrowsAsync<RaftStorageInUseException>(
                async () => await FileRaftStorage.OpenAsync(path, options));
        }

        using var again = await FileRaftStorage.OpenAsync(path, options);
        Assert.Equal(Entries(21, 60, 1, 900), again.All().Where(entry => entry.Index is > 20 and <= 60));
        Assert.Equal(SnapshotBytes(30, 1, 200_000), again.ReadSnapshot());
        Assert.Equal([1, 2, 3], again.Metadata.ToArray());
    }

    [Fact]
    public async Task Appending_allocates_nothing()
    {
        using var storage = await FileRaftStorage.OpenAsync(_directory.FullName);
        var data = new byte[256];
        var batch = new Entry[16];
        var next = 1UL;
        void Append()
        {
            for (var i = 0; i < batch.Length; i++)
            {
                batch[i] = new Entry(1, next + (ulong)i, EntryType.Normal, data);
            }

            storage.Append(new HardState(1, 1, next - 1), batch);
            storage.Sync();
            next += (ulong)batch.Length;
        }

        for (var i = 0; i < 40; i++)
        {
            Append();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 40; i++)
        {
            Append();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
