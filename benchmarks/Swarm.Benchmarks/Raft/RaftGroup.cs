using Swarm.Raft.Consensus;
using Swarm.Raft.Quorum;

namespace Swarm.Benchmarks.Raft;

/// <summary>A group of cores in one thread: every message arrives, every write is durable at once.</summary>
internal sealed class RaftGroup
{
    private const int RetainedEntries = 4_096;

    private readonly RaftCore[] _cores;
    private readonly MemoryRaftLog[] _logs;
    private readonly MemberSet _ids;
    private readonly ReadOnlyMemory<byte>[] _batch;

    public RaftGroup(int members, int batch, int payload)
    {
        _ids = MemberSet.Create([.. Enumerable.Range(1, members).Select(id => (ulong)id)]);
        _batch = [.. Enumerable.Range(0, batch).Select(_ => (ReadOnlyMemory<byte>)new byte[payload])];
        _logs = [.. _ids.Select(_ => new MemoryRaftLog(At(10, 1)))];
        _cores = [.. _ids.Select((id, position) => new RaftCore(
            new RaftCoreOptions { Id = id }, _logs[position], new HardState(1, 0, 10), new Random(1)))];
        Leader.Campaign();
        Settle();
    }

    public RaftCore Leader => _cores[0];

    /// <summary>Proposes a batch and carries it to every member.</summary>
    public ulong ProposeAndCommit()
    {
        Leader.Propose(_batch);
        Settle();
        var applied = Leader.AppliedIndex;
        if (applied > _logs[0].FirstIndex + RetainedEntries)
        {
            Compact();
        }

        return applied;
    }

    /// <summary>Asks for a linearizable read and waits for the round that confirms it.</summary>
    public void Read(ReadOnlyMemory<byte> name)
    {
        Leader.RequestRead(name);
        Settle();
    }

    public void ExpectAllApplied()
    {
        if (_cores.Any(core => core.AppliedIndex != Leader.LastIndex))
        {
            throw new InvalidOperationException("a member did not apply everything");
        }
    }

    private void Settle()
    {
        for (var busy = true; busy;)
        {
            busy = false;
            for (var i = 0; i < _cores.Length; i++)
            {
                while (_cores[i].HasReady)
                {
                    busy = true;
                    Turn(_cores[i], _logs[i]);
                }
            }
        }
    }

    private void Turn(RaftCore core, MemoryRaftLog log)
    {
        var ready = core.TakeReady();
        log.Append(ready.Entries.Span);
        foreach (ref readonly var message in ready.Messages.Span)
        {
            _cores[(int)message.To - 1].Step(message);
        }

        if (!ready.Committed.IsEmpty)
        {
            core.Applied(ready.Committed.Span[^1].Index);
        }

        if (ready.Token != 0)
        {
            core.Persisted(ready.Token);
        }
    }

    private void Compact()
    {
        for (var i = 0; i < _logs.Length; i++)
        {
            var applied = _cores[i].AppliedIndex;
            _logs[i].TryGetTerm(applied, out var term);
            _logs[i].Keep(At(applied, term));
            _logs[i].CompactTo(applied - 64);
        }
    }

    private Snapshot At(ulong index, ulong term) => new()
    {
        Metadata = new SnapshotMetadata { Index = index, Term = term, ConfState = new ConfState { Voters = _ids } },
    };
}
