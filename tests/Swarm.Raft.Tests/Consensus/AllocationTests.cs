using Swarm.Raft.Consensus;

namespace Swarm.Raft.Tests.Consensus;

/// <summary>What the steady state costs the garbage collector.</summary>
public sealed class AllocationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public void A_committed_proposal_allocates_nothing_in_the_core(int members)
    {
        var ids = Enumerable.Range(1, members).Select(id => (ulong)id).ToArray();
        var log = new MemoryRaftLog(Make.Base(ids));
        var core = new RaftCore(Make.Plain, log, new HardState(1, 0, 10), new Random(1));
        core.Campaign();
        Turn(core, log);
        Array.ForEach(ids[1..], id => core.Step(new Message { Type = MessageType.VoteResp, From = id, To = 1, Term = 2 }));
        Turn(core, log);
        var payload = new byte[256];
        for (var round = 0; round < 40; round++)
        {
            Work(core, log, ids, payload, 100);
            log.Keep(Make.At(core.AppliedIndex, 2, ids));
            log.CompactTo(core.AppliedIndex);
        }

        // The runtime may replace a method by a better compiled one at any time, and pays for that on this thread.
        var allocated = Enumerable.Range(0, 10).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Work(core, log, ids, payload, 100);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
        Assert.Equal(0, allocated);
        Assert.True(core.AppliedIndex > 4_000);
    }

    private static void Work(RaftCore core, MemoryRaftLog log, ulong[] ids, byte[] payload, int proposals)
    {
        for (var i = 0; i < proposals; i++)
        {
            core.Propose(payload);
            Turn(core, log);
            foreach (var id in ids)
            {
                if (id != 1)
                {
                    core.Step(new Message
                    {
                        Type = MessageType.AppResp,
                        From = id,
                        To = 1,
                        Term = 2,
                        Index = core.LastIndex,
                    });
                }
            }

            Turn(core, log);
        }
    }

    private static void Turn(RaftCore core, MemoryRaftLog log)
    {
        while (core.HasReady)
        {
            var ready = core.TakeReady();
            log.Append(ready.Entries.Span);
            if (ready.Token != 0)
            {
                core.Persisted(ready.Token);
            }

            if (!ready.Committed.IsEmpty)
            {
                core.Applied(ready.Committed.Span[^1].Index);
            }
        }
    }
}
