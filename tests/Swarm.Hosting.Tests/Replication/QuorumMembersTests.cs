using Google.Protobuf;
using Swarm.Hosting.Replication;
using Swarm.Hosting.Wire.Mapping;
using Swarm.Raft.Consensus;
using Swarm.Raft.Quorum;
using ClusterSnapshot = Swarm.Hosting.Wire.Protos.ClusterSnapshot;
using RaftMember = Swarm.Hosting.Wire.Protos.RaftMember;
using RaftPb = Swarm.Hosting.Wire.Protos.Raftpb;

namespace Swarm.Hosting.Tests.Replication;

public sealed class QuorumMembersTests
{
    [Fact]
    public void Members_come_move_and_go_and_an_id_that_is_gone_stays_gone()
    {
        var members = new QuorumMembers();
        members.Apply(Change(ConfChangeType.AddNode, 7, new() { RaftId = 7, NodeId = "a", Addr = "10.0.0.1:2377" }));
        members.Apply(Change(ConfChangeType.AddNode, 9, new() { RaftId = 9, NodeId = "b", Addr = "10.0.0.2:2377" }));
        members.Apply(Change(ConfChangeType.UpdateNode, 9, new() { RaftId = 9, NodeId = "b", Addr = "10.0.0.3:2377" }));
        members.Apply(Change(ConfChangeType.RemoveNode, 7, null));

        Assert.Equal("10.0.0.3:2377", Assert.Single(members.All).Value.Addr);
        Assert.Equal(9UL, members.OfNode(new("b"))?.RaftId);
        Assert.Null(members.OfNode(new("a")));
        Assert.True(members.IsRemoved(7));
        Assert.False(members.IsRemoved(9));
    }

    [Fact]
    public void A_change_that_was_vetoed_changes_nothing()
    {
        var members = new QuorumMembers();
        members.Apply(Change(ConfChangeType.AddNode, 0, null));
        Assert.Empty(members.All);
    }

    [Fact]
    public void A_snapshot_keeps_members_and_removed_ids()
    {
        var members = new QuorumMembers();
        members.Apply(Change(ConfChangeType.AddNode, 7, new() { RaftId = 7, NodeId = "a", Addr = "10.0.0.1:2377" }));
        members.Apply(Change(ConfChangeType.RemoveNode, 8, null));
        var snapshot = ClusterSnapshot.Parser.ParseFrom(members.ToSnapshot().ToByteArray());

        var restored = new QuorumMembers();
        restored.Restore(snapshot.Members, snapshot.Removed);

        Assert.Equal(members.ToSnapshot(), restored.ToSnapshot());
        Assert.True(restored.IsRemoved(8));
    }

    [Fact]
    public void The_first_snapshot_does_not_take_back_what_the_leader_said_on_admission()
    {
        RaftMember leader = new() { RaftId = 7, NodeId = "a", Addr = "10.0.0.5:2377" };
        RaftMember self = new() { RaftId = 9, NodeId = "b", Addr = "10.0.0.2:2377" };
        RaftMember former = new() { RaftId = 7, NodeId = "a", Addr = "10.0.0.1:2377" };
        RaftMember other = new() { RaftId = 8, NodeId = "c", Addr = "10.0.0.3:2377" };
        var members = new QuorumMembers();
        members.Admit([leader, self], [5]);

        members.Restore([former, other], [5]);
        Assert.Equal([leader, other, self], members.All.Values);
        Assert.True(members.IsRemoved(5));

        // Whatever comes later is newer.
        members.Restore([former, self], [8]);
        Assert.Equal([former, self], members.All.Values);
    }

    [Fact]
    public void A_message_of_the_log_survives_the_wire()
    {
        var message = new Message
        {
            Type = MessageType.App,
            To = 1,
            From = 2,
            Term = 3,
            LogTerm = 2,
            Index = 40,
            Commit = 39,
            Entries = new Entry[]
            {
                new(3, 41, EntryType.Normal, "entry"u8.ToArray()),
                new(3, 42, EntryType.ConfChange, default),
            },
            Reject = true,
            RejectHint = 5,
            Context = "round"u8.ToArray(),
            Incarnation = 12,
        };

        var read = RaftPb.Message.Parser.ParseFrom(message.ToWire().ToByteArray()).ToRecord();

        Assert.Equal(message.Entries.ToArray(), read.Entries.ToArray());
        Assert.Equal(message.Context.ToArray(), read.Context.ToArray());
        Assert.Equal(
            message with { Entries = default, Context = default },
            read with { Entries = default, Context = default });
    }

    [Fact]
    public void A_snapshot_of_the_log_survives_the_wire_with_its_members()
    {
        var message = new Message
        {
            Type = MessageType.Snap,
            To = 1,
            From = 2,
            Term = 3,
            Snapshot = new Snapshot
            {
                Data = "state"u8.ToArray(),
                Metadata = new SnapshotMetadata
                {
                    Index = 10,
                    Term = 2,
                    ConfState = new ConfState { Voters = MemberSet.Create([1, 2]), Learners = MemberSet.Create([3]) },
                },
            },
        };

        var read = RaftPb.Message.Parser.ParseFrom(message.ToWire().ToByteArray()).ToRecord().Snapshot!;

        Assert.Equal(message.Snapshot.Metadata, read.Metadata);
        Assert.Equal(message.Snapshot.Data.ToArray(), read.Data.ToArray());
    }

    // Go writers before 23.0 write an empty snapshot into every message.
    [Fact]
    public void An_empty_snapshot_is_none() => Assert.Null(new RaftPb.Message
    {
        Type = RaftPb.MessageType.MsgHeartbeat,
        Snapshot = new() { Metadata = new() { ConfState = new(), Index = 0, Term = 0 } },
    }.ToRecord().Snapshot);

    private static ConfChangeV2 Change(ConfChangeType type, ulong id, RaftMember? member) => new ConfChange
    {
        Type = type,
        NodeId = id,
        Context = member?.ToByteArray() ?? [],
    }.ToV2();
}
