using Swarm.Raft.Consensus;

namespace Swarm.Raft.Tests.Consensus;

/// <summary>Writes that take their time.</summary>
public sealed class DurabilityTests
{
    // The case of etcd-io/raft's async_storage_writes_append_aba_race: an entry is written, overwritten, and comes back, while
    // the disk is still at the first writing.
    [Fact]
    public void An_entry_that_came_back_is_not_durable_because_its_first_writing_is()
    {
        var cluster = new Cluster(3);
        var member = cluster[3];
        member.Core.Step(Make.Append(1, 3, 2, 10, 1, 10, (2, "a")));
        member.Poll();
        member.Core.Step(Make.Append(2, 3, 3, 10, 1, 10, (3, "b")));
        member.Poll();
        member.Core.Step(Make.Append(1, 3, 4, 10, 1, 10, (2, "a"), (4, "c")));
        member.Poll();
        Assert.Equal(3, member.PendingWrites);

        member.FlushOne();
        member.Poll();
        Assert.Equal([2UL], member.TakeOutgoing().Select(message => message.Term));
        member.Core.Step(Make.Append(1, 3, 4, 10, 1, 11, (2, "a")));
        member.Poll();
        Assert.Empty(member.TakeOutgoing());
        Assert.Equal(10UL, member.AppliedIndex);

        member.FlushOne();
        member.Poll();
        Assert.Equal(10UL, member.AppliedIndex);
        Assert.Equal([3UL], member.TakeOutgoing().Select(message => message.Term));

        member.Persist();
        Assert.Equal(11UL, member.AppliedIndex);
        Assert.Equal([2UL, 4UL], member.Core.CopyLog().Select(entry => entry.Term));
    }

    [Fact]
    public void Writes_are_reported_one_by_one_or_all_at_once()
    {
        var log = new MemoryRaftLog(Make.Base(1, 2));
        var core = new RaftCore(Make.Plain with { Id = 2 }, log, new HardState(1, 0, 10), new Random(1));
        var tokens = new List<ulong>();
        for (var index = 10UL; index < 15; index++)
        {
            core.Step(Make.Append(1, 2, 2, index, index == 10 ? 1UL : 2, 10, (2, "x")));
            var ready = core.TakeReady();
            tokens.Add(ready.Token);
            log.Append(ready.Entries.Span);
            Assert.True(ready.Messages.IsEmpty);
        }

        core.Persisted(tokens[0]);
        Assert.Equal(11UL, core.TakeReady().Messages.Span[0].Index);
        core.Persisted(tokens[4]);
        var acknowledged = core.TakeReady().Messages.ToArray().Select(message => message.Index);
        Assert.Equal([12UL, 13UL, 14UL, 15UL], acknowledged);
        core.Persisted(tokens[2]);
        Assert.False(core.HasReady);
    }

    [Fact]
    public void A_new_commit_index_alone_needs_no_flush()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster[3].Core.Step(Make.Append(1, 3, 2, 11, 2, 11, (2, "a")));
        cluster[3].Persist();
        cluster[3].Core.Step(new Message { Type = MessageType.Heartbeat, From = 1, To = 3, Term = 2, Commit = 12 });
        var ready = cluster[3].Core.TakeReady();
        Assert.Equal(0UL, ready.Token);
        Assert.Equal(new HardState(2, 1, 12), ready.HardState);
        Assert.Equal(1, ready.Messages.Length);
    }

    [Fact]
    public void A_heartbeat_is_answered_while_entries_are_still_being_written()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster[3].Core.Step(Make.Append(1, 3, 2, 11, 2, 11, (2, "a")));
        cluster[3].Poll();
        cluster[3].Core.Step(new Message { Type = MessageType.Heartbeat, From = 1, To = 3, Term = 2, Commit = 11 });
        cluster[3].Poll();
        Assert.Equal(MessageType.HeartbeatResp, Assert.Single(cluster[3].TakeOutgoing()).Type);
    }

    [Fact]
    public void Promises_that_wait_for_a_disk_do_not_fill_the_memory()
    {
        var cluster = new Cluster(3);
        cluster[3].Core.Step(Make.Append(1, 3, 2, 10, 1, 10, (2, "a")));
        cluster[3].Poll();
        for (var i = 0; i < 10_000; i++)
        {
            cluster[3].Core.Step(Make.Append(1, 3, 2, 10, 1, 10, (2, "a")));
            cluster[3].Poll();
        }

        Assert.InRange(cluster[3].Persist().Count, 1, 5_000);
    }

    [Fact]
    public void A_restart_goes_on_where_the_application_stopped()
    {
        var log = new MemoryRaftLog(Make.Base(1));
        log.Append(
        [
            new Entry(2, 11, EntryType.ConfChange, ConfChangeCodec.Encode(new ConfChange { NodeId = 2 })),
            new Entry(2, 12, EntryType.Normal, "a"u8.ToArray()),
            new Entry(2, 13, EntryType.Normal, "b"u8.ToArray()),
        ]);
        var core = new RaftCore(Make.Plain with { Applied = 12 }, log, new HardState(2, 0, 13), new Random(1));
        Assert.Equal([1UL, 2UL], core.Membership.Voters);
        var ready = core.TakeReady();
        Assert.Equal([13UL], ready.Committed.ToArray().Select(entry => entry.Index));
        Assert.True(ready.Memberships.IsEmpty);
    }

    [Fact]
    public void Memberships_are_told_with_the_entries_that_bring_them()
    {
        var cluster = new Cluster(1);
        cluster.Elect(1);
        cluster[1].Core.ProposeChange(new ConfChange { Type = ConfChangeType.AddLearnerNode, NodeId = 7 });
        var core = cluster[1].Core;
        var ready = core.TakeReady();
        cluster[1].Log.Append(ready.Entries.Span);
        core.Persisted(ready.Token);
        ready = core.TakeReady();
        var change = Assert.Single(ready.Memberships.ToArray());
        Assert.Equal(12UL, change.Index);
        Assert.Equal([7UL], change.State.Learners);
        Assert.Equal(12UL, ready.Committed.Span[^1].Index);
    }
}
