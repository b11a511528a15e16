using Swarm.Raft.Consensus;

namespace Swarm.Simulation.Tests;

/// <summary>A disk that is a model: batches are durable whole, in order, from their flush on.</summary>
internal sealed class ModelDisk(Snapshot start, Entry[] entries, HardState state, HostMistake mistake) : MemberDisk
{
    private MemoryRaftLog? _seen;
    private HardState _seenState;
    private MemoryRaftLog? _before;
    private HardState _stateBefore;

    public override IRaftLogReader Log => _seen ?? Platter;

    public override HardState State => _seenState;

    public override void Open()
    {
        if (_seen is null)
        {
            Platter = new MemoryRaftLog(start);
            Platter.Append(entries);
            PlatterState = state;
        }

        _seen = mistake == HostMistake.ReportsBeforeFlush ? Copy(Platter) : Platter;
        _seenState = mistake switch
        {
            HostMistake.ForgetsVote => PlatterState with { Vote = 0 },
            HostMistake.ForgetsHardState => new HardState(Platter.Snapshot.Metadata.Term, 0, 0),
            _ => PlatterState,
        };
    }

    /// <summary>Shows a job to the core that is not durable yet.</summary>
    public void Show(in DiskJob job) => Apply(_seen!, job);

    public override void Write(ReadOnlySpan<DiskJob> jobs)
    {
        if (mistake == HostMistake.FlushLies)
        {
            (_before, _stateBefore) = (Copy(Platter), PlatterState);
        }

        foreach (var job in jobs)
        {
            Write(job);
        }
    }

    public override void Crash(ReadOnlySpan<DiskJob> underWay, SimRandom random)
    {
        if (_before is not null)
        {
            (Platter, PlatterState, _before) = (_before, _stateBefore, null);
            return;
        }

        if (mistake == HostMistake.WipedMemberReturns && random.Next(2) == 0)
        {
            (Platter, PlatterState) = (new MemoryRaftLog(), default);
            return;
        }

        foreach (var job in underWay[..random.Next(underWay.Length + 1)])
        {
            Write(job);
        }
    }

    public override void Close()
    {
        // Nothing is open.
    }

    public override void SaveSnapshot(Snapshot snapshot)
    {
        if (mistake == HostMistake.LateSnapshotWins && snapshot.Metadata.Index < Platter.Snapshot.Metadata.Index)
        {
            Platter.Install(snapshot);
            return;
        }

        Platter.Keep(snapshot);
        if (!ReferenceEquals(_seen, Platter))
        {
            _seen!.Keep(snapshot);
        }
    }

    public override Snapshot LoadSnapshot() => Log.Snapshot;

    private void Write(in DiskJob job)
    {
        var last = Platter.LastIndex;
        var suffix = mistake == HostMistake.SuffixSurvivesSnapshot && job.Installed?.Metadata.Index is { } index
            && index >= Platter.FirstIndex && index < last && job.Entries.Length == 0
            ? Platter.Read(index + 1, last + 1, long.MaxValue).ToArray()
            : [];
        ApplyToPlatter(job);
        Platter.Append(suffix);
    }
}
