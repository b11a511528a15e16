using System.Net;

namespace Swarm.Raft.Tests.Transport;

/// <summary>Tests that count what the process allocates run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}

[Collection(AloneCollection.Name)]
public sealed class LargeSnapshotTests
{
    private const int StateBytes = 48 * 1024 * 1024;

    /// <summary>Two chunks, frames and TLS buffers on each side are far less; the state would be far more.</summary>
    private const long MostAllocated = 16 * 1024 * 1024;

    [Fact]
    public async Task A_large_state_reaches_a_new_member_without_being_in_memory_while_writes_go_on()
    {
        using var authority = new TestAuthority();
        using var directory = new TemporaryDirectory();
        var (here, there) = (TestGroup.FreePort(), TestGroup.FreePort());
        await using var storage = await FileRaftStorage.OpenAsync(Path.Join(directory.Path, "1"));
        await using var transport = new TcpRaftTransport(
            here,
            new Dictionary<PeerId, EndPoint> { [2] = there },
            new TcpRaftTransportOptions { Tls = authority.Of(1) });
        var options = new RaftNodeOptions
        {
            TickInterval = TimeSpan.FromMilliseconds(50),
            SnapshotInterval = 0,
            LogEntriesForSlowFollowers = 0,
        };
        await using var leader = await RaftNode.StartAsync(1, [1], new Pattern(), storage, transport, options);
        await leader.WaitForLeaderAsync().WaitAsync(TestGroup.Patience);
        await leader.ProposeAsync(new byte[] { 1 });
        leader.SaveSnapshot();
        await TestGroup.UntilAsync(() => storage.FirstIndex > 1);

        var copy = new Pattern();
        await using var otherStorage = await FileRaftStorage.OpenAsync(Path.Join(directory.Path, "2"));
        await using var otherTransport = new TcpRaftTransport(
            there,
            new Dictionary<PeerId, EndPoint> { [1] = here },
            new TcpRaftTransportOptions { Tls = authority.Of(2) });
        await using var member = await RaftNode.StartAsync(2, [], copy, otherStorage, otherTransport, options);
        var before = GC.GetTotalAllocatedBytes();
        await leader.AddLearnerAsync(2).WaitAsync(TestGroup.Patience);
        var written = 1;
        while (Volatile.Read(ref copy.Restored) == 0)
        {
            await leader.ProposeAsync(new byte[] { 1 }).WaitAsync(TestGroup.Patience);
            written++;
            await Task.Delay(1);
        }

        var allocated = GC.GetTotalAllocatedBytes() - before;
        Assert.Equal(StateBytes, copy.Restored);
        Assert.InRange(allocated, 0, MostAllocated);
        await TestGroup.UntilAsync(() => Volatile.Read(ref copy.Entries) == written);
        Assert.Equal(RaftRole.Leader, leader.Role);
    }

    /// <summary>A state that is written with one await after the other, and takes no memory itself.</summary>
    private sealed class Pattern : IStateMachine
    {
        public int Restored;
        public int Entries;

        public void Apply(in CommittedEntry entry) => Entries++;

        public async Task SaveSnapshotAsync(Stream destination, CancellationToken cancellationToken)
        {
            var piece = new byte[64 * 1024];
            BitConverter.TryWriteBytes(piece, Entries);
            for (var i = 0; i < StateBytes / piece.Length; i++)
            {
                await destination.WriteAsync(piece, cancellationToken);
            }
        }

        public async Task RestoreSnapshotAsync(Stream source, ulong index, CancellationToken cancellationToken)
        {
            var piece = new byte[64 * 1024];
            var total = 0;
            for (int count; (count = await source.ReadAsync(piece, cancellationToken)) > 0; total += count)
            {
                Entries = total == 0 ? BitConverter.ToInt32(piece) : Entries;
            }

            Volatile.Write(ref Restored, total);
        }
    }

    private sealed class TemporaryDirectory : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("swarm-raft-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
