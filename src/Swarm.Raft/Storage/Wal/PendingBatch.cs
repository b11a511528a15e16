using Swarm.Raft.Consensus;

namespace Swarm.Raft.Storage.Wal;

/// <summary>Something that was written and is not flushed: an entry, or a snapshot in place of the log.</summary>
internal readonly record struct PendingChange(Entry Entry, uint Offset, bool InstallsSnapshot);

/// <summary>What becomes visible once the batch is safe. Filled and emptied again and again without allocating.</summary>
internal sealed class PendingBatch
{
    private PendingChange[] _changes = new PendingChange[64];
    private int _count;

    public ReadOnlySpan<PendingChange> Changes => _changes.AsSpan(0, _count);

    /// <summary>The hard state that the batch ends with, if it has one.</summary>
    public HardState? HardState { get; set; }

    /// <summary>Whether something may be promised only after a flush: an entry, a term, a vote, a snapshot.</summary>
    public bool MustSync { get; set; }

    /// <summary>Whether a snapshot takes the place of the log.</summary>
    public bool InstallsSnapshot { get; private set; }

    /// <summary>The last entry of the log as it will be.</summary>
    public (ulong Index, ulong Term) Tail { get; set; }

    public void Add(in PendingChange change)
    {
        if (_count == _changes.Length)
        {
            Array.Resize(ref _changes, 2 * _count);
        }

        _changes[_count++] = change;
        InstallsSnapshot |= change.InstallsSnapshot;
    }

    public void Clear()
    {
        _changes.AsSpan(0, _count).Clear();
        _count = 0;
        HardState = null;
        MustSync = false;
        InstallsSnapshot = false;
    }
}
