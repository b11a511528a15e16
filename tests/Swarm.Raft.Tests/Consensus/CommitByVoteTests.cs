using Swarm.Raft.Consensus;

namespace Swarm.Raft.Tests.Consensus;

/// <summary>Votes tell what is committed. Found by the simulation: without that, a group can be left unable to elect anybody.</summary>
public sealed class CommitByVoteTests
{
    [Fact]
    public void A_leader_that_is_demoted_and_falls_silent_does_not_leave_the_others_without_a_leader()
    {
        var cluster = new Cluster(2, plain => plain with { PreVote = true, CheckQuorum = true });
        cluster.Elect(2);
        var demotion = new ConfChange { Type = ConfChangeType.AddLearnerNode, NodeId = 2 };
        Assert.True(cluster[2].Core.ProposeChange(demotion).IsAccepted);
        cluster.Persist(2);
        cluster.DeliverTo(1);
        cluster.Persist(1);
        cluster.Propose(2, "only there");

        // The demotion is decided, its leader steps down, and what it still says is lost. Its log is the longer one.
        cluster.Loses = message => message.From == 2;
        cluster.DeliverTo(2);
        cluster.Persist(2);
        Assert.Equal(RaftRole.Follower, cluster[2].Core.Role);
        Assert.Equal([1UL, 2UL], cluster[1].Core.Membership.Voters);
        cluster.Loses = _ => false;

        for (var round = 0; round < 60; round++)
        {
            cluster.Tick(1);
            cluster.Tick(2);
            cluster.Settle();
        }

        Assert.Equal(RaftRole.Leader, cluster[1].Core.Role);
        Assert.Equal([1UL], cluster[1].Core.Membership.Voters);
        cluster.Propose(1, "goes on");
        cluster.Settle();
        Assert.Equal(["goes on"], cluster.Applied(2));
    }

    [Fact]
    public void A_candidate_that_learns_of_its_own_removal_does_not_become_leader()
    {
        var removal = new Entry(
            2, 11, EntryType.ConfChange, ConfChangeCodec.Encode(new ConfChange { Type = ConfChangeType.RemoveNode, NodeId = 1 }));
        var cluster = new Cluster(3);
        cluster.Boot(1, Make.Base(1, 2, 3), [removal], new HardState(2, 0, 10));
        cluster[1].Core.Campaign();
        cluster.Persist(1);
        cluster[1].Core.Step(new Message
        {
            Type = MessageType.VoteResp,
            From = 2,
            To = 1,
            Term = 2,
            Commit = 11,
            CommitTerm = 2,
        });
        cluster.Persist(1);
        Assert.Equal(RaftRole.Follower, cluster[1].Core.Role);
        Assert.Equal([2UL, 3UL], cluster[1].Core.Membership.Voters);
        cluster[1].Core.Step(new Message { Type = MessageType.VoteResp, From = 3, To = 1, Term = 3 });
        cluster.Persist(1);
        Assert.Equal(RaftRole.Follower, cluster[1].Core.Role);
    }

    [Theory]
    [InlineData(12UL, 1UL)]
    [InlineData(11UL, 1UL)]
    [InlineData(11UL, 0UL)]
    public void Only_the_same_entry_is_taken_for_committed(ulong commit, ulong term)
    {
        var cluster = new Cluster(3);
        cluster.Boot(1, Make.Base(1, 2, 3), Make.Entries((2, "own")), new HardState(2, 0, 10));
        cluster[1].Core.Step(new Message
        {
            Type = MessageType.PreVote,
            From = 2,
            To = 1,
            Term = 9,
            Index = 20,
            LogTerm = 5,
            Commit = commit,
            CommitTerm = term,
        });
        Assert.Equal(10UL, cluster[1].Core.Commit);
    }

    [Fact]
    public void A_fast_member_that_cannot_win_does_not_keep_others_from_asking()
    {
        var cluster = new Cluster(2);
        cluster.Boot(2, Make.Base(1, 2), Make.Entries((1, "longer")), new HardState(1, 0, 10));
        cluster[2].Core.PinElectionTimeout(10);
        for (var tick = 1; tick <= 10; tick++)
        {
            // The other one's clock is three times as fast.
            cluster[1].Core.Campaign();
            cluster.Settle();
            cluster.Tick(2);
        }

        Assert.NotEqual(RaftRole.Follower, cluster[2].Core.Role);
    }
}
