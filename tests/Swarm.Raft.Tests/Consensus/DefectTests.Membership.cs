using Swarm.Raft.Consensus;
using Swarm.Raft.Quorum;

namespace Swarm.Raft.Tests.Consensus;

public sealed partial class DefectTests
{
    // raft-dev 2015 (Ongaro)
    [Fact]
    public void Defect_02_no_change_is_taken_before_the_term_has_committed_something()
    {
        var cluster = new Cluster(4);
        cluster[1].Core.Campaign();
        cluster.Persist(1);
        cluster.DeliverTo(2, 3);
        cluster.Persist(2, 3);
        cluster.DeliverTo(1);
        Assert.Equal(RaftRole.Leader, cluster[1].Core.Role);
        Assert.Equal(ProposeStatus.ChangePending, Add(cluster, 1, 5).Status);
        cluster.Settle();
        Assert.True(Add(cluster, 1, 5).IsAccepted);
        Assert.Equal(ProposeStatus.ChangePending, Add(cluster, 1, 6).Status);
    }

    // etcd#12136, #12582, PR #14538
    [Fact]
    public void Defect_12_a_joint_configuration_is_left_once_and_by_whoever_leads()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        var change = new ConfChangeV2
        {
            Changes = [new(ConfChangeType.AddLearnerNode, 4), new(ConfChangeType.AddLearnerNode, 5)],
        };
        Assert.True(cluster[1].Core.ProposeChange(change).IsAccepted);
        cluster.Persist(1);
        cluster.DeliverTo(2, 3);
        cluster.Persist(2, 3);
        cluster.Crash(1);
        cluster.Mail.Clear();
        cluster.Elect(2);
        Assert.False(cluster[2].Core.Membership.IsJoint);
        Assert.Equal(2, cluster[2].Core.CopyLog().Count(entry => entry.ChangesConfiguration));
        Assert.Equal([4UL, 5UL], cluster[3].Core.Membership.Learners);
    }

    // raft-rs#571, etcd-io/raft#349
    [Fact]
    public void Defect_13_an_answer_from_an_earlier_membership_is_not_believed()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.Propose(1, "a");
        cluster.Persist(1);
        cluster.DeliverTo(3);
        cluster.Persist(3);
        var late = cluster.Mail.Last(message => message.From == 3 && message.Type == MessageType.AppResp);
        Assert.NotEqual(0UL, late.Incarnation);
        cluster.Mail.Remove(late);
        cluster.Settle(1, 2);
        Assert.True(Remove(cluster, 1, 3).IsAccepted);
        cluster.Settle(1, 2);
        cluster.Mail.Clear();
        cluster.Boot(3);
        Assert.True(Add(cluster, 1, 3).IsAccepted);
        cluster.Settle(1, 2);

        cluster[1].Core.Step(late);
        Assert.Equal(0UL, cluster[1].Core.ProgressOf(3)!.Match);

        // One that does not return the mark is believed, as etcd's members have to be.
        cluster[1].Core.Step(late with { Incarnation = 0 });
        Assert.Equal(late.Index, cluster[1].Core.ProgressOf(3)!.Match);
    }

    // scylladb#30936
    [Fact]
    public void Defect_16_a_change_that_is_truncated_leaves_nothing_behind_not_even_over_a_crash()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.Isolate(1);
        Assert.True(Add(cluster, 1, 4).IsAccepted);
        cluster.Settle();
        cluster.Crash(1);
        cluster.Elect(2);
        cluster.Heal();
        cluster.Restart(1);
        cluster.Tick(2);
        cluster.Settle();
        Assert.Equal([1UL, 2UL, 3UL], cluster[1].Core.Membership.Voters);
        cluster.Elect(1);
        Assert.True(Add(cluster, 1, 5).IsAccepted);
        cluster.Crash(1);
        cluster.Restart(1);
        Assert.Equal([1UL, 2UL, 3UL], cluster[1].Core.Membership.Voters);
    }

    // hashicorp/raft#524
    [Fact]
    public void Defect_30_a_removed_member_does_not_disturb_those_that_stay()
    {
        var cluster = new Cluster(3, plain => plain with { PreVote = false, CheckQuorum = true });
        cluster.Elect(1);
        Assert.True(Remove(cluster, 1, 3).IsAccepted);
        cluster.Settle(1, 2);
        for (var i = 0; i < 60; i++)
        {
            cluster.Tick(1);
            cluster.Tick(3);
            cluster.Settle();
        }

        Assert.Equal((RaftRole.Leader, 2UL), (cluster[1].Core.Role, cluster[1].Core.Term));
    }

    // swarmkit#1178, #1090
    [Fact]
    public void Defect_41_the_leader_of_two_can_go_and_the_other_serves_alone()
    {
        var cluster = new Cluster(2);
        cluster.Elect(1);
        Assert.True(Remove(cluster, 1, 1).IsAccepted);
        cluster.Settle();
        Assert.Equal(RaftRole.Follower, cluster[1].Core.Role);
        Assert.Equal([2UL], cluster[2].Core.Membership.Voters);
        cluster.Elect(2);
        cluster.Propose(2, "alone");
        cluster.Settle();
        Assert.Equal(["alone"], cluster.Applied(2));
    }

    // dragonboat#94
    [Fact]
    public void Defect_42_a_learner_that_restores_a_snapshot_stays_a_learner()
    {
        var cluster = new Cluster(1);
        cluster.Elect(1);
        cluster[1].Core.ProposeChange(new ConfChange { Type = ConfChangeType.AddLearnerNode, NodeId = 2 });
        cluster.Settle();
        cluster[1].Compact(12);
        cluster.Boot(2);
        cluster.Tick(1);
        cluster.Settle();
        Assert.Equal(12UL, cluster[2].Core.Commit);
        cluster.Tick(2, 100);
        Assert.Equal(RaftRole.Follower, cluster[2].Core.Role);
    }

    // dotNext#99
    [Fact]
    public void Defect_44_a_new_member_is_brought_up_without_endless_resending()
    {
        var cluster = new Cluster(1);
        cluster.Elect(1);
        for (var i = 0; i < 50; i++)
        {
            cluster.Propose(1, $"{i}");
        }

        cluster.Settle();
        var sent = 0;
        cluster[1].OnSent = _ => sent++;
        cluster.Boot(2);
        Assert.True(Add(cluster, 1, 2).IsAccepted);
        for (var i = 0; i < 3; i++)
        {
            cluster.Settle();
            cluster.Tick(1);
        }

        Assert.Equal(cluster.Applied(1), cluster.Applied(2).Length == 50 ? cluster.Applied(2) : []);
        Assert.InRange(sent, 3, 15);
    }

    // CCF (NSDI'25)
    [Fact]
    public void Defect_50_votes_and_copies_are_counted_in_both_halves_of_a_joint_configuration()
    {
        var joint = new Snapshot
        {
            Metadata = new SnapshotMetadata
            {
                Index = 10,
                Term = 1,
                ConfState = new ConfState { Voters = [1, 4, 5], VotersOutgoing = [1, 2, 3] },
            },
        };
        var cluster = new Cluster(joint, 5);
        cluster.Crash(4);
        cluster.Crash(5);
        cluster[1].Core.Campaign();
        cluster.Settle();
        Assert.Equal(RaftRole.Candidate, cluster[1].Core.Role);
        cluster.Restart(4);
        cluster[1].Core.Campaign();
        cluster.Settle();
        Assert.Equal(RaftRole.Leader, cluster[1].Core.Role);
        cluster.Crash(2);
        cluster.Crash(3);
        cluster.Propose(1, "a");
        cluster.Settle();
        Assert.Empty(cluster.Applied(1));
    }

    // rabbitmq/ra#584
    [Fact]
    public void Defect_51_a_member_that_only_ever_got_a_snapshot_counts_as_caught_up()
    {
        var cluster = new Cluster(1);
        cluster.Elect(1);
        cluster[1].Core.ProposeChange(new ConfChange { Type = ConfChangeType.AddLearnerNode, NodeId = 2 });
        cluster.Settle();
        cluster[1].Compact(12);
        cluster.Boot(2);
        cluster.Tick(1);
        cluster.Settle();
        Assert.Equal(12UL, cluster[1].Core.ProgressOf(2)!.Match);
        Assert.True(Add(cluster, 1, 2).IsAccepted);
        cluster.Settle();
        Assert.Equal([1UL, 2UL], cluster[2].Core.Membership.Voters);
    }

    // etcd-io/raft 3.6.0 accepts this and panics when it is applied
    [Fact]
    public void The_last_voter_is_not_removed_whoever_wrote_the_entry()
    {
        var cluster = new Cluster(1);
        cluster.Elect(1);
        Assert.Equal(
            (ProposeStatus.ChangeRefused, ChangeRefusal.RemovesAllVoters),
            (Remove(cluster, 1, 1).Status, Remove(cluster, 1, 1).Refusal));

        cluster.Boot(2, Make.Base(1));
        var removal = ConfChangeCodec.Encode(new ConfChange { Type = ConfChangeType.RemoveNode, NodeId = 1 });
        cluster[2].Core.Step(new Message
        {
            Type = MessageType.App,
            From = 1,
            To = 2,
            Term = 2,
            Index = 10,
            LogTerm = 1,
            Commit = 11,
            Entries = new Entry[] { new(2, 11, EntryType.ConfChange, removal) },
        });
        cluster[2].Persist();
        Assert.Equal(11UL, cluster[2].AppliedIndex);
        Assert.Equal([1UL], cluster[2].Core.Membership.Voters);
    }

    private static ProposeResult Add(Cluster cluster, ulong leader, ulong id) =>
        cluster[leader].Core.ProposeChange(new ConfChange { Type = ConfChangeType.AddNode, NodeId = id });

    private static ProposeResult Remove(Cluster cluster, ulong leader, ulong id) =>
        cluster[leader].Core.ProposeChange(new ConfChange { Type = ConfChangeType.RemoveNode, NodeId = id });
}
