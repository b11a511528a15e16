using Swarm.Raft.Consensus;

namespace Swarm.Raft.Tests.Consensus;

public sealed partial class DefectTests
{
    // etcd#7331
    [Fact]
    public void Defect_04_a_fresh_leader_answers_no_read_before_it_committed_something_itself()
    {
        var cluster = new Cluster(3);
        cluster[1].Core.Campaign();
        cluster.Persist(1);
        cluster.DeliverTo(2, 3);
        cluster.Persist(2, 3);
        cluster.DeliverTo(1);
        Assert.Equal(ReadStatus.Started, cluster[1].Core.RequestRead("r"u8.ToArray()));
        cluster.Persist(1);
        Assert.Empty(cluster[1].Served);
        cluster.Settle();
        Assert.Equal(11UL, cluster[1].Served["r"]);
    }

    // etcd#20418 (PR #21399)
    [Fact]
    public void Defect_05_late_answers_and_repeated_requests_release_no_newer_read()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster[2].Core.RequestRead("A"u8.ToArray());
        cluster.Persist(2);
        var request = Assert.Single(cluster.Mail);
        cluster.DeliverTo(1);
        cluster.Persist(1);
        cluster.DeliverTo(2, 3);
        cluster.Persist(2, 3);
        var answers = cluster.Mail.Where(message => message.Type == MessageType.HeartbeatResp).ToList();
        cluster.Settle();
        Assert.Equal(2, answers.Count);

        // Deposed without knowing it, the old leader gets everything of before once more.
        cluster.Isolate(1);
        cluster.Elect(3);
        cluster.Propose(3, "new");
        cluster.Settle();
        cluster[1].Core.RequestRead("B"u8.ToArray());
        cluster[1].Core.Step(request);
        foreach (var answer in answers)
        {
            cluster[1].Core.Step(answer);
        }

        cluster[1].Persist();
        foreach (var answer in answers)
        {
            cluster[1].Core.Step(answer);
        }

        cluster[1].Persist();
        Assert.Empty(cluster[1].Served);
    }

    // etcd-io/raft PR #105
    [Fact]
    public void Defect_06_a_lone_voter_answers_reads_only_from_what_is_durable()
    {
        var cluster = new Cluster(1);
        cluster[1].Core.Campaign();
        cluster[1].Poll();
        cluster[1].FlushOne();
        Assert.Equal(RaftRole.Leader, cluster[1].Core.Role);
        cluster[1].Core.RequestRead("r"u8.ToArray());
        cluster[1].Poll();
        Assert.Empty(cluster[1].Served);
        cluster[1].Persist();
        Assert.Equal(11UL, cluster[1].Served["r"]);
    }

    // openraft#1805, hashicorp/raft PR #487; redpanda#2606
    [Fact]
    public void Defect_19_22_a_successor_campaigns_only_once_it_holds_everything_even_under_load()
    {
        var cluster = new Cluster(3, plain => plain with { PreVote = true, CheckQuorum = true });
        cluster.Elect(1);
        cluster.Propose(1, "a");
        Assert.Equal(TransferStatus.Started, cluster[1].Core.Transfer(3));
        Assert.Equal(ProposeStatus.TransferInProgress, cluster.Propose(1, "b").Status);
        cluster.Persist(1);
        Assert.DoesNotContain(cluster.Mail, message => message.Type == MessageType.TimeoutNow);

        // One that was told too early keeps still.
        cluster[2].Core.Step(new Message
        {
            Type = MessageType.TimeoutNow,
            From = 1,
            To = 2,
            Term = 2,
            Index = 12,
            LogTerm = 2,
        });
        Assert.Equal(RaftRole.Follower, cluster[2].Core.Role);
        cluster.Settle();
        Assert.Equal((RaftRole.Leader, 3UL), (cluster[3].Core.Role, cluster[3].Core.Term));
        Assert.Equal(["a"], cluster.Applied(3));
    }

    // hashicorp/raft#493, #696
    [Fact]
    public void Defect_20_a_transfer_is_forgotten_when_it_takes_too_long_and_with_the_leadership()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.Isolate(3);
        cluster[1].Core.Transfer(3);
        cluster.Tick(1, 10);
        Assert.Equal(0UL, cluster[1].Core.TransferTarget);
        Assert.True(cluster.Propose(1, "a").IsAccepted);
        cluster.Settle();

        cluster[1].Core.Transfer(3);
        cluster.Elect(2);
        cluster.Elect(1);
        Assert.Equal(0UL, cluster[1].Core.TransferTarget);
        Assert.True(cluster.Propose(1, "b").IsAccepted);
    }

    // canonical/raft#205
    [Fact]
    public void Defect_21_a_heartbeat_of_the_old_leader_does_not_end_the_campaign_it_asked_for()
    {
        var cluster = new Cluster(3, plain => plain with { CheckQuorum = true });
        cluster.Elect(1);
        cluster[1].Core.Transfer(2);
        cluster.Settle(1);
        cluster.DeliverTo(2);
        cluster.Tick(1);
        cluster.Persist(1);
        Assert.Equal(RaftRole.Candidate, cluster[2].Core.Role);
        cluster.Deliver(message => message.Type == MessageType.Heartbeat);
        Assert.Equal(RaftRole.Candidate, cluster[2].Core.Role);
        cluster.Settle();
        Assert.Equal(RaftRole.Leader, cluster[2].Core.Role);
    }

    // tikv#19922
    [Fact]
    public void Defect_23_a_stale_order_to_campaign_is_ignored()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster[1].Core.Transfer(2);
        cluster.Persist(1);
        var order = Assert.Single(cluster.Mail, message => message.Type == MessageType.TimeoutNow);
        cluster.Mail.Remove(order);
        cluster.Elect(3);
        cluster[2].Core.Step(order);
        cluster[3].Core.Step(order with { To = 3 });
        cluster.Settle();
        Assert.Equal((RaftRole.Leader, 3UL), (cluster[3].Core.Role, cluster[3].Core.Term));
    }

    [Fact]
    public void Leadership_goes_to_voters_only()
    {
        var start = new Snapshot
        {
            Metadata = new SnapshotMetadata
            {
                Index = 10,
                Term = 1,
                ConfState = new ConfState { Voters = [1], Learners = [2] },
            },
        };
        var cluster = new Cluster(start, 2);
        Assert.Equal(TransferStatus.NotLeader, cluster[1].Core.Transfer(2));
        cluster.Elect(1);
        Assert.Equal(TransferStatus.NotVoter, cluster[1].Core.Transfer(2));
        Assert.Equal(TransferStatus.NotVoter, cluster[1].Core.Transfer(9));
        Assert.Equal(TransferStatus.AlreadyLeader, cluster[1].Core.Transfer(1));
    }
}
