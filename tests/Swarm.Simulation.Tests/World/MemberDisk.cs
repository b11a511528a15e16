using Swarm.Raft.Consensus;

namespace Swarm.Simulation.Tests;

/// <summary>Something for the disk to do.</summary>
internal readonly record struct DiskJob(
    ulong Token, HardState? State, Entry[] Entries, Snapshot? Installed, ulong CompactTo, long Queued);

/// <summary>What one member keeps over its deaths, and beside it what it must have kept.</summary>
internal abstract class MemberDisk
{
    /// <summary>What was reported to be safe. Nothing of it may ever be missing.</summary>
    public MemoryRaftLog Platter { get; protected set; } = new();

    /// <summary>The hard state that was reported to be safe.</summary>
    public HardState PlatterState { get; protected set; }

    /// <summary>The log as the core reads it.</summary>
    public abstract IRaftLogReader Log { get; }

    /// <summary>The hard state that a start finds.</summary>
    public abstract HardState State { get; }

    /// <summary>Starts from what is there; the first time from what is given.</summary>
    public abstract void Open();

    /// <summary>Makes the next jobs durable, all with one flush.</summary>
    public abstract void Write(ReadOnlySpan<DiskJob> jobs);

    /// <summary>The member dies; of the jobs under way, leading ones may have become durable.</summary>
    public abstract void Crash(ReadOnlySpan<DiskJob> underWay, SimRandom random);

    /// <summary>The member stops in peace; what is under way is not written any more.</summary>
    public abstract void Close();

    /// <summary>Keeps a snapshot that was taken here, unless a newer one has come meanwhile.</summary>
    public abstract void SaveSnapshot(Snapshot snapshot);

    /// <summary>The newest snapshot with its bytes.</summary>
    public abstract Snapshot LoadSnapshot();

    /// <summary>Whether a start would find this entry, or a snapshot that covers it.</summary>
    public bool Holds(ulong index, ulong term) =>
        index <= Platter.Snapshot.Metadata.Index || (Platter.TryGetTerm(index, out var own) && own == term);

    protected void ApplyToPlatter(in DiskJob job)
    {
        Apply(Platter, job);
        PlatterState = job.State ?? PlatterState;
    }

    protected static void Apply(MemoryRaftLog log, in DiskJob job)
    {
        if (job.Installed is { } snapshot)
        {
            log.Install(snapshot);
        }

        log.Append(job.Entries);
        if (job.CompactTo > 0)
        {
            log.CompactTo(Math.Min(job.CompactTo, log.Snapshot.Metadata.Index));
        }
    }

    protected static MemoryRaftLog Copy(MemoryRaftLog log)
    {
        var copy = new MemoryRaftLog(log.Snapshot);
        var first = log.Snapshot.Metadata.Index + 1;
        if (first <= log.LastIndex)
        {
            copy.Append(log.Read(first, log.LastIndex + 1, long.MaxValue).Span);
        }

        return copy;
    }
}

/// <summary>The machine lost power in the middle of what it did.</summary>
internal sealed class PowerFailedException : IOException;
