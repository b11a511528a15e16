using System.Text;
using Swarm.Raft.Consensus;

namespace Swarm.Raft.Tests.Consensus;

/// <summary>Linearizable reads.</summary>
public sealed class ReadTests
{
    // Found by the simulation: it counts its own vote although it let the leader answer reads without asking.
    [Fact]
    public void A_member_that_granted_a_lease_does_not_campaign_before_that_ends_even_when_told_to()
    {
        var cluster = new Cluster(3, plain => plain with
        {
            PreVote = true,
            CheckQuorum = true,
            AssumeBoundedClockDrift = true,
        });
        for (var tick = 0; tick < 10; tick++)
        {
            cluster.Tick(1);
            cluster.Tick(2);
            cluster.Tick(3);
        }

        cluster.Elect(1);
        cluster.Tick(1);
        cluster.Settle();
        cluster[2].Core.Campaign();
        Assert.Equal((RaftRole.Follower, 1UL), (cluster[2].Core.Role, cluster[2].Core.Leader));

        cluster.Isolate(1);
        cluster.Tick(2, 10);
        cluster[2].Core.Campaign();
        Assert.NotEqual(RaftRole.Follower, cluster[2].Core.Role);
    }

    // Found by the simulation: it needs no vote but its own, and the leader that is removed still answered reads.
    [Fact]
    public void A_member_that_granted_a_lease_does_not_campaign_before_that_ends_even_when_it_is_the_last_one()
    {
        var cluster = new Cluster(3, plain => plain with { CheckQuorum = true, AssumeBoundedClockDrift = true });
        foreach (var id in cluster.Members.Keys)
        {
            cluster[id].Core.PinElectionTimeout(id == 1 ? 10 : 30);
            cluster.Tick(id, 10);
        }

        cluster.Settle();
        Assert.Equal(RaftRole.Leader, cluster[1].Core.Role);
        cluster[1].Core.ProposeChange(new ConfChangeV2
        {
            Transition = ConfChangeTransition.JointImplicit,
            Changes = [new(ConfChangeType.RemoveNode, 1), new(ConfChangeType.RemoveNode, 2)],
        });
        cluster.Settle();
        Assert.Equal("[3]", cluster[3].Core.Membership.Voters.ToString());
        Assert.Empty(cluster[3].Core.Membership.VotersOutgoing.AsSpan().ToArray());

        cluster[3].Core.Campaign();
        cluster.Settle();
        Assert.Equal(RaftRole.Follower, cluster[3].Core.Role);
        cluster.Tick(3, 10);
        cluster[3].Core.Campaign();
        cluster.Settle();
        Assert.Equal(RaftRole.Leader, cluster[3].Core.Role);
    }

    [Fact]
    public void Reads_that_come_together_share_one_round_of_heartbeats()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(ReadStatus.Started, Read(cluster, 1, $"r{i}"));
        }

        cluster.Persist(1);
        Assert.Equal(2, cluster.Mail.Count(message => message.Type == MessageType.Heartbeat));
        cluster.Settle();
        Assert.Equal(10, cluster[1].Served.Count);
        Assert.All(cluster[1].Served.Values, index => Assert.Equal(11UL, index));
    }

    [Fact]
    public void A_read_that_comes_after_a_round_began_waits_for_the_next()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        Read(cluster, 1, "first");
        cluster.Persist(1);
        Read(cluster, 1, "second");
        cluster.DeliverTo(2, 3);
        cluster.Persist(2, 3);
        cluster.DeliverTo(1);
        cluster[1].Poll();
        Assert.Equal(["first"], cluster[1].Served.Keys);
    }

    [Fact]
    public void A_follower_asks_its_leader()
    {
        var cluster = new Cluster(3);
        Assert.Equal(ReadStatus.NoLeader, Read(cluster, 2, "r"));
        cluster.Elect(1);
        cluster.Propose(1, "a");
        cluster.Settle();
        Read(cluster, 2, "r");
        cluster.Settle();
        Assert.Equal(12UL, cluster[2].Served["r"]);
    }

    [Fact]
    public void A_lost_round_is_repeated_with_the_next_heartbeat()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        Read(cluster, 1, "r");
        cluster.Persist(1);
        cluster.Mail.Clear();
        cluster.Tick(1);
        cluster.Settle();
        Assert.Equal(11UL, cluster[1].Served["r"]);
    }

    [Fact]
    public void Waiting_reads_are_limited()
    {
        var cluster = new Cluster(3, plain => plain with { MaxPendingReads = 2 });
        cluster.Elect(1);
        cluster.Isolate(1);
        Assert.Equal(ReadStatus.Started, Read(cluster, 1, "a"));
        Assert.Equal(ReadStatus.Started, Read(cluster, 1, "b"));
        Assert.Equal(ReadStatus.Busy, Read(cluster, 1, "c"));
    }

    [Fact]
    public void Under_a_lease_the_leader_answers_alone_until_it_ends()
    {
        var cluster = new Cluster(3, plain => plain with { CheckQuorum = true, AssumeBoundedClockDrift = true });
        cluster[1].Core.PinElectionTimeout(10);
        foreach (var id in cluster.Members.Keys)
        {
            // Members that just started elect nobody: they may have promised that before.
            cluster.Tick(id, 10);
        }

        cluster.Settle();
        Assert.Equal(RaftRole.Leader, cluster[1].Core.Role);
        cluster.Tick(1);
        cluster.Settle();
        cluster.Isolate(1);
        Read(cluster, 1, "held");
        cluster[1].Poll();
        Assert.Contains("held", cluster[1].Served.Keys);

        cluster.Tick(1, 8);
        Read(cluster, 1, "late");
        cluster.Settle();
        Assert.DoesNotContain("late", cluster[1].Served.Keys);
    }

    [Fact]
    public void An_order_to_campaign_ends_leases_for_good()
    {
        var cluster = new Cluster(3, plain => plain with { CheckQuorum = true, AssumeBoundedClockDrift = true });
        foreach (var id in cluster.Members.Keys)
        {
            cluster[id].Core.PinElectionTimeout(id == 1 ? 10 : 30);
            cluster.Tick(id, 10);
        }

        cluster.Settle();
        cluster[1].Core.Transfer(2);
        cluster.Persist(1);
        var order = Assert.Single(cluster.Mail, message => message.Type == MessageType.TimeoutNow);
        cluster.Mail.Clear();
        for (var i = 0; i < 12; i++)
        {
            cluster.Tick(1);
            cluster.Settle();
        }

        Assert.Equal(0UL, cluster[1].Core.TransferTarget);
        cluster.Isolate(1);
        Read(cluster, 1, "r");
        cluster[1].Poll();
        Assert.Empty(cluster[1].Served);
        Assert.Equal(MessageType.TimeoutNow, order.Type);
    }

    private static ReadStatus Read(Cluster cluster, ulong id, string name) =>
        cluster[id].Core.RequestRead(Encoding.UTF8.GetBytes(name));
}
