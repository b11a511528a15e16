using System.Security.Cryptography;
using System.Threading.Channels;
using Google.Protobuf;
using Swarm.Certificates;
using Swarm.Certificates.Nodes;
using Swarm.Hosting.Replication;
using Swarm.Hosting.Tests.Wire;
using Swarm.Raft.Consensus;
using RaftMember = Swarm.Hosting.Wire.Protos.RaftMember;

namespace Swarm.Hosting.Tests.Replication;

/// <summary>The ways to other members, at whose addresses nobody listens here: that is said of each that is tried.</summary>
#pragma warning disable CA1001 // IAsyncLifetime disposes of the peers.
public sealed class RaftPeersTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private const ulong Self = 1;

    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly QuorumMembers _members = new();
    private readonly Channel<string> _log = Channel.CreateUnbounded<string>();
    private readonly RaftPeers _peers;
    private int _removals;

    public RaftPeersTests() => _peers = new RaftPeers(
        Self,
        _members,
        new CurrentIdentity(
            TestIdentity.Under(RootCertificate.Create(Now, RandomNumberGenerator.Fill), NodeRole.Manager, Now),
            KeyEncryptionKey.None),
        storage: null!,
        () => _removals++,
        TimeProvider.System,
        new LogLines<RaftPeers>(line => _log.Writer.TryWrite(line)));

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _peers.DisposeAsync();

    [Fact]
    public void A_member_that_reads_of_its_own_removal_is_told_that_it_is_removed()
    {
        Add(Self);
        Add(2);
        Remove(2);
        Assert.Equal(0, _removals);

        Remove(Self);
        Assert.Equal(1, _removals);
    }

    [Fact]
    public void So_is_one_that_finds_it_in_a_snapshot()
    {
        _members.Restore([Member(2)], [Self]);

        Assert.Equal(1, _removals);
    }

    [Fact]
    public async Task A_member_that_comes_while_the_node_starts_is_sent_to()
    {
        for (ulong id = 2; id < 300; id++)
        {
            Add(id);
        }

        for (ulong id = 1000; id < 1100; id++)
        {
            var starting = Task.Run(() => _peers.Use(null!));
            Add(id);
            await starting;

            _peers.Send([new Message { Type = MessageType.Heartbeat, From = Self, To = id }]);
            Assert.StartsWith($"Raft member {id} could not be reached: ", await NextLineAsync(), StringComparison.Ordinal);
        }
    }

    private async Task<string> NextLineAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await _log.Reader.ReadAsync(limit.Token);
    }

    private void Add(ulong id) => _members.Apply(new ConfChange
    {
        Type = ConfChangeType.AddNode,
        NodeId = id,
        Context = Member(id).ToByteArray(),
    }.ToV2());

    private void Remove(ulong id) =>
        _members.Apply(new ConfChange { Type = ConfChangeType.RemoveNode, NodeId = id }.ToV2());

    private static RaftMember Member(ulong id) => new() { RaftId = id, NodeId = $"node{id}", Addr = "127.0.0.1:1" };
}
