using Swarm.Raft.Consensus;

namespace Swarm.Raft.Tests.Consensus;

/// <summary>Who leads.</summary>
public sealed class ElectionTests
{
    [Fact]
    public void A_member_without_leader_campaigns_when_its_timeout_passes()
    {
        var cluster = new Cluster(3);
        cluster[1].Core.PinElectionTimeout(12);
        cluster.Tick(1, 11);
        Assert.Equal(RaftRole.Follower, cluster[1].Core.Role);

        cluster.Tick(1);
        Assert.Equal(RaftRole.Candidate, cluster[1].Core.Role);
        cluster.Settle();
        Assert.All(cluster.Members.Values, member => Assert.Equal(1UL, member.Core.Leader));
        Assert.Equal(2UL, cluster[3].Core.Term);
    }

    [Fact]
    public void Timeouts_are_drawn_from_one_to_two_election_times()
    {
        var seen = new HashSet<int>();
        for (var seed = 0; seed < 300; seed++)
        {
            var core = new RaftCore(
                Make.Plain, new MemoryRaftLog(Make.Base(1, 2, 3)), new HardState(1, 0, 10), new Random(seed));
            var ticks = 0;
            for (; core.Role == RaftRole.Follower; ticks++)
            {
                core.Tick();
            }

            seen.Add(ticks);
        }

        Assert.Equal(Enumerable.Range(10, 10), seen.Order());
    }

    [Fact]
    public void A_single_voter_leads_as_soon_as_its_vote_is_durable()
    {
        var cluster = new Cluster(1);
        cluster[1].Core.Campaign();
        cluster[1].Poll();
        Assert.Equal(RaftRole.Candidate, cluster[1].Core.Role);

        cluster[1].FlushOne();
        Assert.Equal(RaftRole.Leader, cluster[1].Core.Role);
        Assert.Equal(10UL, cluster[1].Core.Commit);
    }

    [Fact]
    public void Learners_and_strangers_do_not_campaign()
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
        var cluster = new Cluster(start, 3);
        foreach (var id in (ulong[])[2, 3])
        {
            cluster.Tick(id, 50);
            cluster[id].Core.Campaign();
            Assert.Equal(RaftRole.Follower, cluster[id].Core.Role);
        }
    }

    [Fact]
    public void A_vote_request_is_asked_only_when_term_and_own_vote_are_durable()
    {
        var cluster = new Cluster(3);
        cluster[1].Core.Campaign();
        cluster[1].Poll();
        Assert.Empty(cluster[1].TakeOutgoing());

        cluster[1].FlushOne();
        cluster[1].Poll();
        Assert.Equal(2, cluster[1].TakeOutgoing().Count(message => message.Type == MessageType.Vote));
    }

    [Fact]
    public void A_vote_leaves_only_when_it_is_durable()
    {
        var cluster = new Cluster(3);
        cluster[2].Core.Step(new Message { Type = MessageType.Vote, From = 1, To = 2, Term = 2, Index = 10, LogTerm = 1 });
        cluster[2].Poll();
        Assert.Empty(cluster[2].TakeOutgoing());

        cluster[2].FlushOne();
        cluster[2].Poll();
        Assert.Single(cluster[2].TakeOutgoing());
        Assert.Equal(new HardState(2, 1, 10), cluster[2].Durable);
    }

    [Fact]
    public void A_leader_without_answers_steps_down_within_an_election_time()
    {
        var cluster = new Cluster(3, plain => plain with { CheckQuorum = true });
        cluster.Elect(1);
        cluster.Isolate(1);
        cluster.Tick(1, 20);
        Assert.Equal(RaftRole.Follower, cluster[1].Core.Role);
        Assert.Equal(2UL, cluster[1].Core.Term);
    }

    [Fact]
    public void A_member_that_comes_back_with_pre_vote_disturbs_nobody()
    {
        var cluster = new Cluster(3, plain => plain with { CheckQuorum = true, PreVote = true });
        cluster.Elect(1);
        cluster.Isolate(3);
        cluster.Tick(3, 100);
        cluster.Settle(3);
        cluster.Heal();
        cluster.Tick(1);
        cluster.Settle();
        Assert.Equal(RaftRole.Leader, cluster[1].Core.Role);
        Assert.All(cluster.Members.Values, member => Assert.Equal(2UL, member.Core.Term));
    }

    [Fact]
    public void Members_that_never_ask_first_share_a_group_with_members_that_do()
    {
        var cluster = new Cluster(3, plain => plain with { CheckQuorum = true, PreVote = plain.Id != 2 });
        cluster.Elect(1);
        cluster.Crash(1);
        cluster.Tick(3, 10);
        cluster[2].Core.PinElectionTimeout(10);
        cluster.Tick(2, 10);
        cluster.Settle();
        Assert.Equal(RaftRole.Leader, cluster[2].Core.Role);
        Assert.Equal(2UL, cluster[3].Core.Leader);
    }

    [Fact]
    public void An_old_yes_to_another_question_is_not_counted()
    {
        var cluster = new Cluster(3, plain => plain with { PreVote = true });
        cluster[1].Core.Campaign();
        cluster[1].Core.Step(new Message { Type = MessageType.PreVoteResp, From = 2, To = 1, Term = 9 });
        cluster[1].Core.Step(new Message { Type = MessageType.PreVoteResp, From = 2, To = 1, Term = 1 });
        cluster[1].Core.Step(new Message { Type = MessageType.VoteResp, From = 2, To = 1, Term = 1 });
        Assert.Equal(RaftRole.PreCandidate, cluster[1].Core.Role);

        cluster[1].Core.Step(new Message { Type = MessageType.PreVoteResp, From = 2, To = 1, Term = 2 });
        Assert.Equal(RaftRole.Candidate, cluster[1].Core.Role);
    }

    [Fact]
    public void Whoever_asks_for_votes_of_an_old_term_is_told_the_new_one_and_wins_in_the_next()
    {
        var cluster = new Cluster(2);
        cluster.Boot(1, Make.Base(1, 2), Make.Entries((1, "only here")));
        cluster.Boot(2, Make.Base(1, 2), state: new HardState(7, 0, 10));
        cluster[1].Core.Campaign();
        cluster.Settle();
        Assert.Equal((RaftRole.Follower, 7UL), (cluster[1].Core.Role, cluster[1].Core.Term));

        cluster.Elect(1);
        Assert.Equal(8UL, cluster[1].Core.Term);
    }
}
