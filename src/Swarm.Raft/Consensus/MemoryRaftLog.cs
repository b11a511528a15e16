namespace Swarm.Raft.Consensus;

/// <summary>
/// A log in memory: the durable log of tests, and the readable copy that a node keeps of the log on its disk.
/// </summary>
public sealed class MemoryRaftLog : IRaftLogReader
{
    private readonly EntryBuffer _entries = new();
    private ulong _baseIndex;
    private ulong _baseTerm;

    /// <summary>Makes an empty log, or one that starts behind a snapshot.</summary>
    /// <param name="snapshot">
    /// The snapshot; index 0 with a membership describes members that know each other from the start.
    /// </param>
    public MemoryRaftLog(Snapshot? snapshot = null)
    {
        Snapshot = snapshot ?? Snapshot.None;
        (_baseIndex, _baseTerm) = (Snapshot.Metadata.Index, Snapshot.Metadata.Term);
    }

    /// <inheritdoc/>
    public ulong FirstIndex => _baseIndex + 1;

    /// <inheritdoc/>
    public ulong LastIndex => _baseIndex + (ulong)_entries.Count;

    /// <inheritdoc/>
    public Snapshot Snapshot { get; private set; }

    /// <inheritdoc/>
    public bool TryGetTerm(ulong index, out ulong term)
    {
        var inside = index >= _baseIndex && index <= LastIndex;
        term = !inside ? 0 : index == _baseIndex ? _baseTerm : _entries[Position(index)].Term;
        return inside;
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<Entry> Read(ulong from, ulong end, long maxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(from, FirstIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(end, LastIndex + 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(from, end);
        var all = _entries.Slice(Position(from), (int)(end - from));
        return all[..EntryLimit.Fitting(all.Span, maxBytes, int.MaxValue)];
    }

    /// <summary>Adds entries, in place of those from the first one's index on.</summary>
    /// <param name="entries">Entries without gaps among themselves or to the log.</param>
    /// <exception cref="RaftInvariantException">They would leave a gap, or replace what a snapshot covers.</exception>
    public void Append(ReadOnlySpan<Entry> entries)
    {
        if (entries.IsEmpty)
        {
            return;
        }

        var first = entries[0].Index;
        Check.That(first > _baseIndex && first <= LastIndex + 1, "appended entries continue the log");
        _entries.TruncateTo(Position(first));
        _entries.AddRange(entries);
    }

    /// <summary>Installs a snapshot in place of the whole log.</summary>
    /// <param name="snapshot">The snapshot.</param>
    public void Install(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        Snapshot = snapshot;
        (_baseIndex, _baseTerm) = (snapshot.Metadata.Index, snapshot.Metadata.Term);
        _entries.TruncateTo(0);
    }

    /// <summary>Takes note of a snapshot that was made here; the entries stay until <see cref="CompactTo"/>.</summary>
    /// <param name="snapshot">The snapshot; one that is not newer than the present one is ignored.</param>
    public void Keep(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);

        // One that was begun here may finish after a newer one was installed.
        if (snapshot.Metadata.Index > Snapshot.Metadata.Index)
        {
            Check.That(snapshot.Metadata.Index <= LastIndex, "a snapshot ends inside the log");
            Snapshot = snapshot;
        }
    }

    /// <summary>Drops entries up to an index.</summary>
    /// <param name="index">The last one to drop; covered by the snapshot.</param>
    public void CompactTo(ulong index)
    {
        if (index <= _baseIndex)
        {
            return;
        }

        Check.That(index <= Snapshot.Metadata.Index && index <= LastIndex, "only what a snapshot covers is dropped");
        var term = _entries[Position(index)].Term;
        _entries.RemoveFirst((int)(index - _baseIndex));
        (_baseIndex, _baseTerm) = (index, term);
    }

    private int Position(ulong index) => (int)(index - _baseIndex - 1);
}
