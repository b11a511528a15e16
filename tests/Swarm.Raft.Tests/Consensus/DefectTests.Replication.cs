using Swarm.Raft.Consensus;
using Swarm.Raft.Tracking;

namespace Swarm.Raft.Tests.Consensus;

public sealed partial class DefectTests
{
    // etcd#12589, #14370
    [Fact]
    public void Defect_03_a_lone_voter_acknowledges_nothing_that_is_not_durable()
    {
        var cluster = new Cluster(1);
        cluster.Elect(1);
        cluster.Propose(1, "a");
        cluster[1].Poll();
        Assert.Empty(cluster.Applied(1));
        cluster.Restart(1);
        Assert.Equal(11UL, cluster[1].Core.LastIndex);
        Assert.Empty(cluster.Applied(1));
    }

    // etcd PR #10308, etcd-io/raft#110
    [Fact]
    public void Defect_10_a_member_that_caught_up_by_another_way_leaves_the_snapshot_state()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.Isolate(3);
        cluster.Propose(1, "a");
        cluster.Propose(1, "b");
        cluster.Settle();
        cluster[1].Compact(13);
        cluster.Heal();
        for (var round = 0; round < 6; round++)
        {
            cluster.Tick(1);
            cluster.Persist(1, 2, 3);
            cluster.Deliver(message => message.Type != MessageType.Snap);
        }

        Assert.Equal(ProgressState.Snapshot, cluster[1].Core.ProgressOf(3)!.State);
        cluster.Mail.Clear();

        cluster[1].Core.Step(new Message { Type = MessageType.AppResp, From = 3, To = 1, Term = 2, Index = 13 });
        Assert.Equal(ProgressState.Replicate, cluster[1].Core.ProgressOf(3)!.State);
    }

    // etcd-io/raft PR #31
    [Fact]
    public void Defect_11_a_slow_member_with_a_full_window_gets_a_snapshot_after_compaction()
    {
        var cluster = new Cluster(3, plain => plain with { MaxInflightMessages = 2, MaxAppendEntries = 1 });
        cluster.Elect(1);
        for (var i = 0; i < 6; i++)
        {
            cluster.Propose(1, $"{i}");
            cluster.Settle(1, 2);
        }

        cluster.Mail.Clear();
        cluster[1].Compact(17);
        for (var i = 0; i < 4; i++)
        {
            cluster.Tick(1);
            cluster.Settle();
        }

        Assert.Equal(["0", "1", "2", "3", "4", "5"], cluster.Applied(3));
    }

    // etcd#16220, #17855, etcd-io/raft#18, #29
    [Fact]
    public void Defect_14_a_member_that_lost_entries_survives_a_commit_index_beyond_its_log()
    {
        var cluster = new Cluster(3);
        cluster[3].Core.Step(new Message { Type = MessageType.Heartbeat, From = 1, To = 3, Term = 2, Commit = 99 });
        Assert.Equal(10UL, cluster[3].Core.Commit);
        Assert.Single(cluster[3].Persist(), message => message.Type == MessageType.HeartbeatResp);
    }

    // scylladb#9965
    [Fact]
    public void Defect_15_a_commit_index_beyond_what_an_append_proves_is_cut()
    {
        var cluster = new Cluster(3);
        cluster.Boot(3, Make.Base(1, 2, 3), Make.Entries((2, "x"), (2, "left over")), new HardState(2, 0, 10));
        cluster[3].Core.Step(Make.Append(1, 3, 3, 10, 1, 12, (2, "x")));
        Assert.Equal(11UL, cluster[3].Core.Commit);
    }

    // CCF#2803, #2801, #2189
    [Fact]
    public void Defect_17_a_matching_part_of_an_append_is_kept_and_a_refusal_names_the_right_place()
    {
        var cluster = new Cluster(3);
        cluster.Boot(3, Make.Base(1, 2, 3), Make.Entries((1, "a"), (1, "b"), (2, "x"), (2, "y")), new HardState(4, 0, 10));

        cluster[3].Core.Step(Make.Append(1, 3, 5, 14, 4, 10));
        var refusal = Assert.Single(cluster[3].Persist());
        Assert.Equal((true, 14UL, 14UL, 2UL), (refusal.Reject, refusal.Index, refusal.RejectHint, refusal.LogTerm));

        cluster[3].Core.Step(Make.Append(1, 3, 5, 13, 1, 10));
        refusal = Assert.Single(cluster[3].Persist());
        Assert.Equal((12UL, 1UL), (refusal.RejectHint, refusal.LogTerm));

        // An append that is contained in the log removes nothing behind it.
        cluster[3].Core.Step(Make.Append(1, 3, 5, 10, 1, 10, (1, "a")));
        Assert.Equal(14UL, cluster[3].Core.LastIndex);
        cluster[3].Core.Step(Make.Append(1, 3, 5, 10, 1, 10, (1, "a"), (1, "b"), (5, "c")));
        Assert.Equal([1UL, 1UL, 5UL], cluster[3].Core.CopyLog().Select(entry => entry.Term));
    }

    // openraft#1795
    [Fact]
    public void Defect_18_a_log_that_cannot_be_read_stops_the_leader_instead_of_wiping_a_follower()
    {
        var log = new ForgetfulLog(Make.Base(1, 2));
        var core = new RaftCore(Make.Plain, log, new HardState(1, 0, 10), new Random(1));
        core.Campaign();
        log.Persist(core);
        core.Step(new Message { Type = MessageType.VoteResp, From = 2, To = 1, Term = 2 });
        log.Persist(core);
        log.IsBroken = true;
        Assert.Throws<RaftInvariantException>(() =>
        {
            core.Step(new Message { Type = MessageType.AppResp, From = 2, To = 1, Term = 2, Index = 10, Reject = true, RejectHint = 10, LogTerm = 1 });
            core.Step(new Message { Type = MessageType.HeartbeatResp, From = 2, To = 1, Term = 2 });
            core.TakeReady();
        });
    }

    // hashicorp/raft#503, #612, PR #683; tarantool#9399; etcd#13527, #7617
    [Fact]
    public void Defect_24_a_leader_whose_disk_stalls_steps_down_and_does_not_campaign_until_it_answers()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.Propose(1, "a");
        cluster[1].Poll();
        cluster.Tick(1, 10);
        Assert.Equal(RaftRole.Leader, cluster[1].Core.Role);
        cluster.Tick(1);
        Assert.Equal(RaftRole.Follower, cluster[1].Core.Role);
        cluster.Tick(1, 100);
        Assert.Equal(2UL, cluster[1].Core.Term);

        cluster[1].FlushOne();
        cluster.Tick(1, 20);
        Assert.True(cluster[1].Core.Term > 2);
    }

    // hashicorp/raft#248
    [Fact]
    public void Defect_26_a_local_snapshot_that_finishes_late_does_not_replace_a_newer_one()
    {
        var log = new MemoryRaftLog(Make.At(20, 3, 1));
        log.Keep(Make.At(15, 2, 1));
        Assert.Equal(20UL, log.Snapshot.Metadata.Index);
    }

    // hashicorp/raft#697, PR #704
    [Fact]
    public void Defect_27_nothing_of_a_conflicting_log_survives_a_snapshot()
    {
        var cluster = new Cluster(3);
        cluster.Boot(3, Make.Base(1, 2, 3), Make.Entries((2, "x"), (2, "y"), (2, "z")), new HardState(2, 0, 10));
        cluster[3].Core.Step(new Message
        {
            Type = MessageType.Snap,
            From = 1,
            To = 3,
            Term = 5,
            Snapshot = Make.At(12, 4, 1, 2, 3),
        });
        cluster[3].Persist();
        Assert.Equal((13UL, 12UL, 12UL), (cluster[3].Core.FirstIndex, cluster[3].Core.LastIndex, cluster[3].Core.Commit));
        Assert.Equal(4UL, cluster[3].Core.TermAt(12));
    }

    [Fact]
    public void Defect_27_nothing_that_is_still_being_written_survives_a_snapshot_either()
    {
        var cluster = new Cluster(3);
        cluster[3].Core.Step(Make.Append(1, 3, 2, 10, 1, 10, (2, "x"), (2, "y"), (2, "z")));
        cluster[3].Core.Step(new Message
        {
            Type = MessageType.Snap,
            From = 2,
            To = 3,
            Term = 5,
            Snapshot = Make.At(12, 4, 1, 2, 3),
        });
        Assert.Equal((13UL, 12UL), (cluster[3].Core.FirstIndex, cluster[3].Core.LastIndex));
        Assert.Equal(12UL, cluster[3].Persist()[^1].Index);
        Assert.Equal(12UL, cluster[3].Log.LastIndex);
    }

    // NuRaft PR #407, ClickHouse NuRaft PR #102; nodedb#161/#162, ArcadeDB#6760
    [Fact]
    public void Defect_28_29_a_snapshot_is_acknowledged_and_built_upon_only_when_it_is_installed()
    {
        var cluster = new Cluster(3);
        cluster[3].Core.Step(new Message
        {
            Type = MessageType.Snap,
            From = 1,
            To = 3,
            Term = 5,
            Snapshot = Make.At(12, 4, 1, 2, 3),
        });
        cluster[3].Core.Step(Make.Append(1, 3, 5, 12, 4, 13, (5, "a")));
        cluster[3].Poll();
        Assert.Empty(cluster[3].TakeOutgoing());
        Assert.Equal(10UL, cluster[3].AppliedIndex);
        cluster.Tick(3, 100);
        Assert.Equal(RaftRole.Follower, cluster[3].Core.Role);

        cluster[3].FlushOne();
        cluster[3].Poll();
        Assert.Equal([12UL, 13UL], cluster[3].TakeOutgoing().Select(message => message.Index));
        Assert.Equal(13UL, cluster[3].AppliedIndex);
    }

    // etcd#2808, #1811
    [Fact]
    public void Defect_36_restoring_a_snapshot_never_takes_commit_or_applied_back()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.Propose(1, "a");
        cluster.Settle();
        cluster[3].Core.Step(new Message
        {
            Type = MessageType.Snap,
            From = 1,
            To = 3,
            Term = 2,
            Snapshot = Make.At(11, 2, 1, 2, 3),
        });
        var answer = Assert.Single(cluster[3].Persist());
        Assert.Equal((12UL, 12UL, 12UL), (answer.Index, cluster[3].Core.Commit, cluster[3].AppliedIndex));
    }

    // atomix#1069
    [Fact]
    public void Defect_52_a_snapshot_is_offered_again_when_its_delivery_failed_or_took_too_long()
    {
        var cluster = new Cluster(3, plain => plain with { SnapshotTicks = 5 });
        cluster.Crash(3);
        cluster.Elect(1);
        cluster[1].Compact(11);
        cluster.Boot(3);
        var offers = 0;
        cluster[1].OnSent = message => offers += message.Type == MessageType.Snap ? 1 : 0;
        cluster.Loses = message => message.Type == MessageType.Snap;
        for (var i = 0; i < 30; i++)
        {
            cluster.Tick(1);
            cluster.Settle();
        }

        Assert.InRange(offers, 3, 6);
        cluster.Loses = _ => false;
        cluster[1].Core.SnapshotDelivered(3, arrived: false);
        cluster.Tick(1);
        cluster.Settle();
        Assert.Equal(11UL, cluster[3].Core.Commit);
    }

    /// <summary>A store that can forget how to read.</summary>
    private sealed class ForgetfulLog(Snapshot start) : IRaftLogReader
    {
        private readonly MemoryRaftLog _log = new(start);

        public bool IsBroken { get; set; }

        public ulong FirstIndex => _log.FirstIndex;

        public ulong LastIndex => _log.LastIndex;

        public Snapshot Snapshot => _log.Snapshot;

        public bool TryGetTerm(ulong index, out ulong term)
        {
            term = 0;
            return !IsBroken && _log.TryGetTerm(index, out term);
        }

        public ReadOnlyMemory<Entry> Read(ulong from, ulong end, long maxBytes) => _log.Read(from, end, maxBytes);

        public void Persist(RaftCore core)
        {
            var ready = core.TakeReady();
            _log.Append(ready.Entries.Span);
            core.Persisted(ready.Token);
        }
    }
}
