using Swarm.Raft.Consensus;

namespace Swarm.Raft.Tests.Consensus;

/// <summary>
/// Defects of other implementations that must not happen here. Numbers are those of the project's list of historical defects;
/// the tracker's own number is in the comment.
/// </summary>
public sealed partial class DefectTests
{
    // logcabin#44
    [Fact]
    public void Defect_01_entries_of_older_terms_are_not_committed_by_counting()
    {
        var cluster = new Cluster(3);
        cluster.Boot(1, Make.Base(1, 2, 3), Make.Entries((2, "old")), new HardState(2, 0, 10));
        cluster[1].Core.Campaign();
        cluster.Persist(1);
        cluster.DeliverTo(2);
        cluster.Persist(2);
        cluster.DeliverTo(1);
        cluster.Mail.Clear();

        // Only the old entry is acknowledged, by everybody.
        foreach (var id in (ulong[])[2, 3])
        {
            cluster[1].Core.Step(new Message { Type = MessageType.AppResp, From = id, To = 1, Term = 3, Index = 11 });
        }

        cluster.Persist(1);
        Assert.Equal(10UL, cluster[1].Core.Commit);
        cluster[1].Core.Step(new Message { Type = MessageType.AppResp, From = 2, To = 1, Term = 3, Index = 12 });
        Assert.Equal(12UL, cluster[1].Core.Commit);
    }

    // etcd#8243, #8501, #9586, #10355; openraft#1796; canonical/raft#142
    [Fact]
    public void Defect_07_a_long_log_in_a_low_term_and_a_short_log_in_a_high_term_elect_a_leader()
    {
        var cluster = new Cluster(3, plain => plain with { PreVote = true, CheckQuorum = true });
        cluster.Boot(1, Make.Base(1, 2, 3), Make.Entries((2, "a"), (2, "b")), new HardState(2, 0, 10));
        cluster.Boot(2, Make.Base(1, 2, 3), [], new HardState(9, 0, 10));
        cluster.Crash(3);
        var elected = false;
        for (var round = 0; round < 100 && !elected; round++)
        {
            cluster.Tick(1);
            cluster.Tick(2);
            cluster.Settle();
            elected = cluster[1].Core.Role == RaftRole.Leader && cluster[2].Core.Leader == 1;
        }

        Assert.True(elected);
        Assert.True(cluster[1].Core.Term > 9);
    }

    // etcd PR #8334
    [Fact]
    public void Defect_08_a_pre_candidate_no_longer_names_the_old_leader()
    {
        var cluster = new Cluster(3, plain => plain with { PreVote = true, CheckQuorum = true });
        cluster.Elect(1);
        cluster.Crash(1);
        cluster[2].Core.PinElectionTimeout(10);
        cluster[3].Core.PinElectionTimeout(10);
        cluster.Tick(2, 10);
        cluster.Tick(3, 10);
        Assert.Equal(0UL, cluster[2].Core.Leader);
        for (var round = 0; round < 100 && cluster[2].Core.Leader == 0; round++)
        {
            cluster.Settle();
            cluster.Tick(2);
            cluster.Tick(3);
        }

        cluster.Settle();
        Assert.NotEqual(0UL, cluster[2].Core.Leader);
        Assert.Equal(cluster[2].Core.Leader, cluster[3].Core.Leader);
    }

    // etcd PR #10998
    [Fact]
    public void Defect_09_a_promoted_learner_that_does_not_know_it_yet_votes()
    {
        var asLearner = new Snapshot
        {
            Metadata = new SnapshotMetadata
            {
                Index = 10,
                Term = 1,
                ConfState = new ConfState { Voters = [2, 3], Learners = [1] },
            },
        };
        var cluster = new Cluster(3);
        cluster.Boot(1, asLearner);
        cluster.Crash(2);
        cluster.Elect(3);
        Assert.Equal(3UL, cluster[1].Core.Leader);
    }

    // vesoft/nebula PR #2419
    [Fact]
    public void Defect_31_a_repeated_request_of_the_same_candidate_is_granted_again()
    {
        var cluster = new Cluster(3);
        var request = new Message { Type = MessageType.Vote, From = 1, To = 3, Term = 2, Index = 10, LogTerm = 1 };
        cluster[3].Core.Step(request);
        cluster[3].Core.Step(request);
        Assert.All(cluster[3].Persist(), answer => Assert.False(answer.Reject));
        cluster[3].Core.Step(request with { From = 2 });
        Assert.True(Assert.Single(cluster[3].Persist()).Reject);
    }

    // cockroach#1131; etcd#14893
    [Fact]
    public void Defect_45_an_isolated_member_neither_raises_terms_nor_is_locked_out()
    {
        var cluster = new Cluster(3, plain => plain with { PreVote = true, CheckQuorum = true });
        cluster.Elect(1);
        cluster.Isolate(3);
        for (var i = 0; i < 200; i++)
        {
            cluster.Tick(3);
            cluster.Settle();
        }

        cluster.Heal();
        cluster.Propose(1, "a");
        cluster.Tick(1);
        cluster.Settle();
        Assert.Equal(2UL, cluster[3].Core.Term);
        Assert.Equal(["a"], cluster.Applied(3));
    }

    // atomix/camunda#1068
    [Fact]
    public void Defect_53_a_restarted_candidate_does_not_vote_again_in_its_term()
    {
        var cluster = new Cluster(3);
        cluster[1].Core.Campaign();
        cluster.Persist(1);
        cluster.Mail.Clear();
        cluster.Crash(1);
        cluster.Restart(1);
        cluster[1].Core.Step(new Message { Type = MessageType.Vote, From = 2, To = 1, Term = 2, Index = 10, LogTerm = 1 });
        Assert.True(Assert.Single(cluster[1].Persist()).Reject);
        Assert.Equal(RaftRole.Follower, cluster[1].Core.Role);
    }
}
