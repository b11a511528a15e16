using Swarm.Raft.Consensus;
using Swarm.Raft.Tracking;

namespace Swarm.Raft.Tests.Consensus;

/// <summary>How entries reach everybody.</summary>
public sealed class ReplicationTests
{
    [Fact]
    public void Everything_proposed_between_two_outputs_shares_one_append_per_member()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal((ulong)(12 + i), cluster.Propose(1, $"{i}").FirstIndex);
        }

        cluster[1].Poll();
        var appends = cluster[1].TakeOutgoing();
        Assert.Equal(2, appends.Count);
        Assert.All(appends, append => Assert.Equal(20, append.Entries.Length));
    }

    [Fact]
    public void A_batch_is_appended_whole_or_not_at_all()
    {
        var cluster = new Cluster(1, plain => plain with { MaxEntryBytes = 10 });
        cluster.Elect(1);
        var last = cluster[1].Core.LastIndex;
        Assert.Equal(ProposeStatus.TooLarge, cluster[1].Core.Propose([new byte[3], new byte[11]]).Status);
        Assert.Equal(last, cluster[1].Core.LastIndex);
        Assert.Equal(new ProposeResult(ProposeStatus.Accepted, last + 1, 2), cluster[1].Core.Propose([new byte[3], new byte[10]]));
    }

    [Fact]
    public void A_leader_takes_no_more_than_its_application_can_swallow()
    {
        var cluster = new Cluster(3, plain => plain with { MaxUnappliedBytes = 100 });
        cluster.Elect(1);
        Assert.True(cluster[1].Core.Propose(new byte[300]).IsAccepted);
        Assert.Equal(ProposeStatus.Busy, cluster[1].Core.Propose(new byte[1]).Status);
        Assert.True(cluster[1].Core.Propose(ReadOnlyMemory<byte>.Empty).Status == ProposeStatus.Busy);

        cluster.Settle();
        Assert.True(cluster[1].Core.Propose(new byte[1]).IsAccepted);
    }

    [Fact]
    public void Appends_obey_their_limits_in_bytes_and_entries()
    {
        var cluster = new Cluster(2, plain => plain with { MaxAppendBytes = 40, MaxAppendEntries = 3 });
        cluster.Elect(1);
        foreach (var size in (int[])[10, 10, 10, 10, 100, 1, 1, 1, 1, 1])
        {
            cluster[1].Core.Propose(new byte[size]);
        }

        cluster[1].Poll();
        var sizes = cluster[1].TakeOutgoing().Select(append => append.Entries.Length).ToList();
        Assert.Equal(10, sizes.Sum());
        Assert.All(sizes, size => Assert.InRange(size, 1, 3));
        Assert.Contains(1, sizes);
    }

    [Fact]
    public void A_full_window_stops_the_flow_and_an_answer_opens_it()
    {
        var cluster = new Cluster(3, plain => plain with { MaxInflightMessages = 2, MaxAppendEntries = 1 });
        cluster.Elect(1);
        for (var i = 0; i < 5; i++)
        {
            cluster.Propose(1, "x");
        }

        cluster.Persist(1);
        Assert.Equal(2, cluster.Mail.Count(message => message.To == 2));
        Assert.True(cluster[1].Core.ProgressOf(2)!.IsPaused);
        cluster.Settle();
        Assert.Equal(16UL, cluster[2].AppliedIndex);
    }

    [Fact]
    public void A_window_also_counts_bytes()
    {
        var cluster = new Cluster(2, plain => plain with { MaxInflightBytes = 250, MaxAppendEntries = 1 });
        cluster.Elect(1);
        for (var i = 0; i < 10; i++)
        {
            cluster[1].Core.Propose(new byte[100]);
        }

        cluster[1].Poll();
        Assert.Equal(3, cluster[1].TakeOutgoing().Count);
        Assert.Equal(3, cluster[1].Core.ProgressOf(2)!.InflightCount);
    }

    [Fact]
    public void A_window_whose_messages_were_all_lost_is_opened_by_a_heartbeat()
    {
        var cluster = new Cluster(3, plain => plain with { MaxInflightMessages = 1 });
        cluster.Elect(1);
        cluster.Propose(1, "a");
        cluster.Persist(1);
        cluster.Mail.Clear();
        cluster.Propose(1, "b");
        cluster.Settle();
        Assert.Equal(11UL, cluster[1].Core.Commit);

        for (var i = 0; i < 3; i++)
        {
            cluster.Tick(1);
            cluster.Settle();
        }

        Assert.Equal(["a", "b"], cluster.Applied(3));
    }

    [Fact]
    public void Members_that_are_equally_far_share_the_entries_they_are_sent()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.Propose(1, "x");
        var messages = cluster[1].Core.TakeReady().Messages.Span;
        Assert.Equal(2, messages.Length);
        Assert.True(messages[0].Entries.Equals(messages[1].Entries));
    }

    [Fact]
    public void A_lone_voter_commits_when_its_copy_is_durable_and_not_before()
    {
        var cluster = new Cluster(1);
        cluster.Elect(1);
        cluster.Propose(1, "a");
        cluster[1].Poll();
        Assert.Equal(11UL, cluster[1].Core.Commit);
        cluster[1].FlushOne();
        Assert.Equal(12UL, cluster[1].Core.Commit);
    }

    [Fact]
    public void Followers_learn_of_the_commit_without_waiting_for_a_heartbeat()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.Propose(1, "a");
        cluster.Settle();
        Assert.All(cluster.Members.Keys, id => Assert.Equal(["a"], cluster.Applied(id)));
    }

    [Fact]
    public void A_learner_receives_everything_and_counts_for_nothing()
    {
        var start = new Snapshot
        {
            Metadata = new SnapshotMetadata
            {
                Index = 10,
                Term = 1,
                ConfState = new ConfState { Voters = [1, 2], Learners = [3] },
            },
        };
        var cluster = new Cluster(start, 3);
        cluster.Elect(1);
        cluster.Isolate(2);
        cluster.Propose(1, "a");
        cluster.Settle();
        Assert.Equal(11UL, cluster[1].Core.Commit);
        Assert.Equal(12UL, cluster[3].Core.LastIndex);
        Assert.Equal(ProgressState.Replicate, cluster[1].Core.ProgressOf(3)!.State);
    }

    [Fact]
    public void An_unreachable_member_is_probed_and_then_streamed_to_again()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster[1].Core.PeerUnreachable(2);
        Assert.Equal(ProgressState.Probe, cluster[1].Core.ProgressOf(2)!.State);

        cluster.Tick(1);
        cluster.Settle();
        Assert.Equal(ProgressState.Replicate, cluster[1].Core.ProgressOf(2)!.State);
    }

    [Fact]
    public void Outputs_stay_readable_while_the_core_goes_on()
    {
        var cluster = new Cluster(3);
        var core = cluster.Elect(1);
        cluster.Propose(1, "a");
        var ready = core.TakeReady();
        var (entries, sent) = (ready.Entries, ready.Messages.Span[0].Entries);
        cluster[1].Log.Append(entries.Span);
        core.Persisted(ready.Token);
        for (var i = 0; i < 100; i++)
        {
            cluster.Propose(1, "b");
        }

        core.Step(Make.Append(2, 1, 9, 11, 2, 11, (9, "other")));
        Assert.Equal("a"u8, entries.Span[0].Data.Span);
        Assert.Equal(new Entry(2, 12, EntryType.Normal, "a"u8.ToArray()), sent.Span[0]);
    }
}
