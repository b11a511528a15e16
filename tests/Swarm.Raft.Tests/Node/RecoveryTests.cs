using System.Text;
using Swarm.Raft.Consensus;
using Swarm.Raft.Quorum;
using Swarm.Raft.Storage.Files.InMemory;
using Swarm.Raft.Tests.Storage;

namespace Swarm.Raft.Tests.Node;

public sealed class RecoveryTests
{
    private readonly InMemoryDisk _disk = new();

    [Fact]
    public async Task What_a_member_does_not_know_to_be_committed_is_kept_and_the_others_are_removed()
    {
        var (entries, _) = RaftBootstrap.Create([(1, default), (2, default), (3, default)]);
        using (var log = StorageFixture.Open(_disk))
        {
            log.Save(
                new HardState(4, 2, 3),
                [.. entries, Normal(4, "known"), Normal(5, "perhaps"), Change(6, ConfChangeType.AddLearnerNode, 9)]);

            Assert.Equal([2UL, 3, 9], RaftRecovery.KeepOnly(log, 1));
        }

        using var recovered = StorageFixture.Open(_disk);
        Assert.Equal(new HardState(5, 1, 9), recovered.HardState);
        Assert.Equal((1UL, 9UL), (recovered.FirstIndex, recovered.LastIndex));
        var machine = new Journal();
        await using var node = await RaftNode.StartAsync(Options(), machine, recovered, NoRaftTransport.Instance);
        await LeadAsync(node);
        await node.ProposeAsync("next"u8.ToArray(), _ => machine.Entries.Add("next"));

        Assert.Equal(["known", "perhaps", "next"], machine.Entries);
        Assert.Equal(MemberSet.Create([1]), (await node.GetMembershipAsync()).Voters);
        Assert.Empty((await node.GetMembershipAsync()).Learners);
        Assert.Equal([2UL, 3, 9], machine.Removed);
    }

    [Fact]
    public void A_joint_configuration_is_left_first()
    {
        using var log = StorageFixture.Open(_disk);
        var (entries, _) = RaftBootstrap.Create([(1, default), (2, default), (3, default)]);
        var joint = new ConfChangeV2
        {
            Transition = ConfChangeTransition.JointExplicit,
            Changes = [new(ConfChangeType.AddNode, 4), new(ConfChangeType.RemoveNode, 3)],
        };
        log.Save(
            new HardState(1, 0, 3),
            [.. entries, new Entry(1, 4, EntryType.ConfChangeV2, ConfChangeCodec.Encode(joint))]);

        Assert.Equal([2UL, 4], RaftRecovery.KeepOnly(log, 1));
        Assert.Equal(EntryType.ConfChangeV2, log.All()[4].Type);
        Assert.Equal(7UL, log.HardState.Commit);
    }

    [Fact]
    public void A_stranger_does_not_go_on_alone_and_the_log_is_untouched()
    {
        using var log = StorageFixture.Open(_disk);
        var (entries, state) = RaftBootstrap.Create([(1, default), (2, default)]);
        log.Save(state, [.. entries]);

        Assert.Contains(
            "Member 7 is no voter",
            Assert.Throws<InvalidOperationException>(() => RaftRecovery.KeepOnly(log, 7)).Message);
        Assert.Equal(2UL, log.LastIndex);
        Assert.Equal(state, log.HardState);
    }

    [Fact]
    public async Task A_rotated_key_goes_as_soon_as_a_snapshot_that_was_asked_for_covers_it()
    {
        var (entries, state) = RaftBootstrap.Create([(1, default)]);
        using var log = StorageFixture.Open(_disk);
        log.Save(state, [.. entries]);
        await using var node = await RaftNode.StartAsync(Options(), new Journal(), log, NoRaftTransport.Instance);
        await LeadAsync(node);
        await node.ProposeAsync("before"u8.ToArray());
        await log.RotateKeyAsync();
        await node.ProposeAsync("after"u8.ToArray());
        Assert.NotNull(log.KeyRotationBoundary);

        node.SaveSnapshot();

        while (log.KeyRotationBoundary is not null)
        {
            // A compaction forgets the key; one that came too early is followed by the next.
            await node.ProposeAsync("more"u8.ToArray());
            node.SaveSnapshot();
        }

        Assert.True(log.Snapshot.Metadata.Index >= 3);
        var captured = await node.CaptureAsync(at => at);
        Assert.Equal(log.LastIndex, captured.Index);
    }

    // A call to campaign that comes before the log is applied is not heard.
    private static async Task LeadAsync(RaftNode node)
    {
        while (!node.State.IsReady)
        {
            node.Campaign();
            await Task.Delay(5);
        }
    }

    private static RaftNodeOptions Options() => new()
    {
        Core = new RaftCoreOptions { Id = 1 },
        Random = new Random(1),
        Scheduler = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler,
    };

    private static Entry Normal(ulong index, string text) =>
        new(4, index, EntryType.Normal, Encoding.UTF8.GetBytes(text));

    private static Entry Change(ulong index, ConfChangeType type, ulong id) => new(
        4,
        index,
        EntryType.ConfChange,
        ConfChangeCodec.Encode(new ConfChange { Type = type, NodeId = id }));

    /// <summary>Keeps what it is told.</summary>
    private sealed class Journal : IStateMachine
    {
        public List<string> Entries { get; } = [];

        public List<ulong> Removed { get; } = [];

        public void Apply(in CommittedEntry entry) => Entries.Add(Encoding.UTF8.GetString(entry.Data.Span));

        public void ApplyMembership(ConfChangeV2 change, ConfState members) => Removed.AddRange(change.Changes
            .Where(single => single.Type == ConfChangeType.RemoveNode)
            .Select(single => single.NodeId));

        public Task SaveSnapshotAsync(Stream destination, CancellationToken cancellationToken) =>
            destination.WriteAsync(Encoding.UTF8.GetBytes(string.Join('\n', Entries)), cancellationToken).AsTask();

        public Task RestoreSnapshotAsync(Stream source, ulong index, CancellationToken cancellationToken) =>
            Task.CompletedTask;
    }
}
