using Swarm.Raft.Consensus;

namespace Swarm.Raft.Tests.Consensus;

/// <summary>Messages that make no sense change nothing and stop nobody.</summary>
public sealed class HostileInputTests
{
    public static TheoryData<string, Message, StepStatus> Nonsense => new()
    {
        { "type", Base with { Type = (MessageType)24 }, StepStatus.UnknownType },
        { "negative type", Base with { Type = (MessageType)(-1) }, StepStatus.UnknownType },
        { "local type", Base with { Type = MessageType.Hup }, StepStatus.NotForPeers },
        { "storage type", Base with { Type = MessageType.StorageAppendResp }, StepStatus.NotForPeers },
        { "proposal", Base with { Type = MessageType.Prop }, StepStatus.NotForPeers },
        { "receiver", Base with { To = 3 }, StepStatus.WrongReceiver },
        { "nobody", Base with { From = 0 }, StepStatus.WrongSender },
        { "self", Base with { From = 1 }, StepStatus.WrongSender },
        { "no term", Base with { Term = 0 }, StepStatus.OutOfRange },
        { "endless term", Base with { Term = ulong.MaxValue }, StepStatus.OutOfRange },
        { "endless index", Base with { Index = ulong.MaxValue, LogTerm = 1 }, StepStatus.OutOfRange },
        { "endless hint", Base with { Type = MessageType.AppResp, RejectHint = ulong.MaxValue }, StepStatus.OutOfRange },
        { "entries behind a later term", Base with { LogTerm = 3 }, StepStatus.OutOfRange },
        { "index without term", Base with { LogTerm = 0 }, StepStatus.OutOfRange },
        { "gap", Base with { Entries = Make.After(11, (2, "x")) }, StepStatus.BadEntries },
        { "falling terms", Base with { Entries = Make.Entries((2, "x"), (1, "y")) }, StepStatus.BadEntries },
        { "future terms", Base with { Entries = Make.Entries((3, "x")) }, StepStatus.BadEntries },
        { "no snapshot", Base with { Type = MessageType.Snap }, StepStatus.BadSnapshot },
        { "empty snapshot", Base with { Type = MessageType.Snap, Snapshot = Snapshot.None }, StepStatus.BadSnapshot },
        { "future snapshot", Base with { Type = MessageType.Snap, Snapshot = Make.At(20, 3, 1) }, StepStatus.BadSnapshot },
        { "snapshot of nobody", Base with { Type = MessageType.Snap, Snapshot = Make.At(20, 2) }, StepStatus.BadSnapshot },
        { "read without name", Base with { Type = MessageType.ReadIndex, Term = 0 }, StepStatus.BadEntries },
    };

    private static Message Base => new()
    {
        Type = MessageType.App,
        From = 2,
        To = 1,
        Term = 2,
        Index = 10,
        LogTerm = 1,
        Entries = Make.Entries(),
    };

    [Theory]
    [MemberData(nameof(Nonsense))]
    public void Nonsense_is_named_and_has_no_effect(string what, Message message, StepStatus expected)
    {
        var core = new RaftCore(
            Make.Plain, new MemoryRaftLog(Make.Base(1, 2, 3)), new HardState(1, 0, 10), new Random(1));
        Assert.Equal(expected, core.Step(message));
        Assert.False(core.HasReady, what);
        Assert.Equal(1UL, core.Term);
    }

    [Fact]
    public void A_second_leader_in_a_term_is_not_believed()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        var heartbeat = new Message { Type = MessageType.Heartbeat, From = 2, To = 1, Term = 2 };
        Assert.Equal(StepStatus.SecondLeader, cluster[1].Core.Step(heartbeat));
        Assert.Equal(StepStatus.SecondLeader, cluster[3].Core.Step(heartbeat with { To = 3 }));
        Assert.Equal(1UL, cluster[3].Core.Leader);
    }

    [Fact]
    public void An_acknowledgement_of_what_was_never_sent_is_not_believed()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        var answer = new Message { Type = MessageType.AppResp, From = 2, To = 1, Term = 2, Index = 99 };
        Assert.Equal(StepStatus.OutOfRange, cluster[1].Core.Step(answer));
        Assert.Equal(11UL, cluster[1].Core.ProgressOf(2)!.Match);
    }

    [Fact]
    public void Replacing_what_is_committed_stops_the_member()
    {
        var cluster = new Cluster(3);
        cluster.Boot(3, Make.Base(1, 2, 3), Make.Entries((2, "x"), (2, "y")), new HardState(2, 0, 11));
        var message = Make.Append(1, 3, 4, 11, 2, 11, (4, "z"));
        cluster[3].Core.Step(message);
        Assert.Equal(4UL, cluster[3].Core.TermAt(12));
        cluster[3].Core.Step(Make.Append(1, 3, 4, 12, 4, 12));
        Assert.Equal(12UL, cluster[3].Core.Commit);

        // The previous entry is below the commit index: answered with that, and not looked at.
        cluster[3].Core.Step(Make.Append(1, 3, 4, 10, 1, 12, (3, "other")));
        Assert.Equal(2UL, cluster[3].Core.TermAt(11));
    }

    [Fact]
    public void Contradicting_state_is_refused_at_the_start()
    {
        var log = new MemoryRaftLog(Make.Base(1));
        Assert.Throws<RaftInvariantException>(() => new RaftCore(Make.Plain, log, new HardState(1, 0, 11), new Random(1)));
        Assert.Throws<RaftInvariantException>(() =>
            new RaftCore(Make.Plain with { Applied = 12 }, log, new HardState(1, 0, 10), new Random(1)));
        log.Append(Make.Entries((5, "x")));
        Assert.Throws<RaftInvariantException>(() => new RaftCore(Make.Plain, log, new HardState(4, 0, 10), new Random(1)));
    }

    [Fact]
    public void Settings_are_checked()
    {
        RaftCoreOptions[] wrong =
        [
            Make.Plain with { Id = 0 },
            Make.Plain with { ElectionTicks = 1 },
            Make.Plain with { HeartbeatTicks = 0 },
            Make.Plain with { MaxInflightMessages = 0 },
            Make.Plain with { MaxAppendBytes = 0 },
            Make.Plain with { AssumeBoundedClockDrift = true },
            Make.Plain with { AssumeBoundedClockDrift = true, CheckQuorum = true, LeaseMarginTicks = 10 },
        ];
        Assert.All(wrong, options => Assert.Throws<ArgumentException>(() =>
            new RaftCore(options, new MemoryRaftLog(), default, new Random(1))));
    }

    [Fact]
    public void Reports_of_what_never_was_are_refused()
    {
        var core = new RaftCore(Make.Plain, new MemoryRaftLog(Make.Base(1)), new HardState(1, 0, 10), new Random(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => core.Persisted(1));
        Assert.Throws<RaftInvariantException>(() => core.Applied(11));
    }

    [Fact]
    public void Random_messages_break_nothing_but_what_they_claim()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var cluster = new Cluster(3, plain => plain with { PreVote = seed % 2 == 0, CheckQuorum = seed % 3 == 0 });
            cluster[1].Core.Campaign();
            for (var i = 0; i < 100; i++)
            {
                var commit = cluster[1].Core.Commit;
                try
                {
                    cluster[1].Core.Step(RandomMessage(random));
                    cluster[1].Persist();
                }
                catch (Exception error) when (error is RaftInvariantException or RaftProtocolException)
                {
                    // What passed for a message of a leader contradicted what is committed: the member stops.
                    break;
                }

                Assert.True(cluster[1].Core.Commit >= commit);
                Assert.True(cluster[1].Core.Commit <= cluster[1].Core.LastIndex);
            }
        }
    }

    private static Message RandomMessage(Random random) => new()
    {
        Type = (MessageType)random.Next(-1, 26),
        From = (ulong)random.Next(0, 5),
        To = 1,
        Term = (ulong)random.Next(0, 6),
        Index = (ulong)random.Next(8, 16),
        LogTerm = (ulong)random.Next(0, 4),
        Commit = (ulong)random.Next(8, 18),
        Reject = random.Next(2) == 0,
        RejectHint = (ulong)random.Next(0, 16),
        Entries = Make.After(10, [.. Enumerable.Range(0, random.Next(3)).Select(_ => ((ulong)random.Next(1, 4), "x"))]),
        Snapshot = random.Next(3) == 0 ? Make.At((ulong)random.Next(0, 20), (ulong)random.Next(0, 4), 1, 2) : null,
        Context = new byte[random.Next(2) * 8],
        Incarnation = (ulong)random.Next(0, 12),
    };
}
