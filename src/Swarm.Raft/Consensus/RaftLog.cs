namespace Swarm.Raft.Consensus;

/// <summary>
/// The log as its member sees it: what the store holds durably, and behind that what was appended since. Where both
/// know an index, the newer part is right.
/// </summary>
internal sealed class RaftLog
{
    private readonly IRaftLogReader _stable;
    private readonly EntryBuffer _unstable = new();

    // Index of the first entry that is not known to be durable, and of the first that was not handed to the store.
    private ulong _offset;
    private ulong _handedToStore;
    private bool _snapshotHanded;

    public RaftLog(IRaftLogReader stable, ulong commit, ulong applied)
    {
        _stable = stable;
        _offset = _handedToStore = stable.LastIndex + 1;
        (Commit, HandedToApply, Applied) = (commit, applied, applied);
    }

    public ulong Commit { get; private set; }

    /// <summary>
    /// Up to where entries were given to the application; the membership in force is that of this index.
    /// </summary>
    public ulong HandedToApply { get; private set; }

    /// <summary>Up to where the application has applied them.</summary>
    public ulong Applied { get; private set; }

    /// <summary>A snapshot that was received and is not yet durable.</summary>
    public Snapshot? PendingSnapshot { get; private set; }

    public ulong FirstIndex => PendingSnapshot is { } snapshot ? snapshot.Metadata.Index + 1 : _stable.FirstIndex;

    public ulong LastIndex => _offset + (ulong)_unstable.Count - 1;

    public ulong LastTerm => Term(LastIndex);

    /// <summary>Up to where the log is known to be durable.</summary>
    public ulong StableIndex => PendingSnapshot is null ? _offset - 1 : 0;

    public bool HasWorkForStore =>
        _handedToStore <= LastIndex || (PendingSnapshot is not null && !_snapshotHanded);

    /// <summary>Up to where entries may be given to the application now.</summary>
    public ulong Applicable => PendingSnapshot is null ? Math.Min(Commit, _offset - 1) : HandedToApply;

    public Snapshot StoredSnapshot => PendingSnapshot ?? _stable.Snapshot;

    /// <summary>The term at an index that the log has.</summary>
    public ulong Term(ulong index)
    {
        var known = TryGetTerm(index, out var term);
        Check.That(known, "the term of an entry inside the log is known");
        return term;
    }

    /// <summary>The term at an index.</summary>
    /// <returns>False where the log is compacted or ends before.</returns>
    public bool TryGetTerm(ulong index, out ulong term)
    {
        term = 0;
        if (index >= _offset)
        {
            if (index > LastIndex)
            {
                return false;
            }

            term = _unstable[(int)(index - _offset)].Term;
            return true;
        }

        if (PendingSnapshot is { } snapshot)
        {
            term = snapshot.Metadata.Term;
            return index == snapshot.Metadata.Index;
        }

        var known = _stable.TryGetTerm(index, out term);
        Check.That(known || index + 1 < _stable.FirstIndex, "a log that is durable can be read");
        return known;
    }

    public bool Matches(ulong index, ulong term) => TryGetTerm(index, out var own) && own == term;

    /// <summary>Whether a log that ends like this is at least as new as this one.</summary>
    public bool IsUpToDate(ulong lastIndex, ulong lastTerm)
    {
        var own = LastTerm;
        return lastTerm > own || (lastTerm == own && lastIndex >= LastIndex);
    }

    /// <summary>
    /// The largest index up to <paramref name="index"/> whose term is not above <paramref name="term"/>.
    /// </summary>
    /// <returns>That index, and its term; 0 for the term where the log no longer knows it.</returns>
    public (ulong Index, ulong Term) FindConflict(ulong index, ulong term)
    {
        for (; index > 0; index--)
        {
            if (!TryGetTerm(index, out var own))
            {
                return (index, 0);
            }

            if (own <= term)
            {
                return (index, own);
            }
        }

        return (0, 0);
    }

    public void Append(in Entry entry)
    {
        Check.That(entry.Index == LastIndex + 1, "a leader only ever appends");
        _unstable.Add(entry);
    }

    /// <summary>Takes the entries of a leader that follow an entry both have.</summary>
    /// <param name="previous">The index of that entry.</param>
    /// <param name="entries">The entries.</param>
    /// <returns>The last index on which the logs are now known to agree.</returns>
    public ulong Take(ulong previous, ReadOnlySpan<Entry> entries)
    {
        for (var i = 0; i < entries.Length; i++)
        {
            if (Matches(entries[i].Index, entries[i].Term))
            {
                continue;
            }

            Check.That(entries[i].Index > Commit, "what is committed is never replaced");
            Replace(entries[i..]);
            break;
        }

        return previous + (ulong)entries.Length;
    }

    /// <summary>Moves the commit index forward.</summary>
    /// <returns>False when it is not news.</returns>
    public bool CommitTo(ulong index)
    {
        if (index <= Commit)
        {
            return false;
        }

        Check.That(index <= LastIndex, "what is committed is in the log");
        Commit = index;
        return true;
    }

    /// <summary>Puts a snapshot in place of the whole log.</summary>
    public void Restore(Snapshot snapshot)
    {
        Check.That(snapshot.Metadata.Index > Commit, "a snapshot only ever leads forward");
        _unstable.TruncateTo(0);
        (PendingSnapshot, _snapshotHanded) = (snapshot, false);
        _offset = _handedToStore = snapshot.Metadata.Index + 1;
        Commit = snapshot.Metadata.Index;
    }

    /// <summary>Gives the store what it did not get yet.</summary>
    public (Snapshot? Snapshot, ReadOnlyMemory<Entry> Entries) HandToStore(EntryArena arena)
    {
        var snapshot = _snapshotHanded ? null : PendingSnapshot;
        _snapshotHanded |= snapshot is not null;
        var mark = arena.Mark();
        if (_handedToStore <= LastIndex)
        {
            arena.Append(
                ref mark,
                _unstable.Slice((int)(_handedToStore - _offset), (int)(LastIndex + 1 - _handedToStore)).Span);
            _handedToStore = LastIndex + 1;
        }

        return (snapshot, arena.Since(mark));
    }

    /// <summary>The store holds everything up to this entry, if the log still has it.</summary>
    public void StableTo(ulong index, ulong term)
    {
        // The log may have changed meanwhile: then a later report speaks of what replaced it.
        if (index >= _offset && index < _handedToStore && _unstable[(int)(index - _offset)].Term == term)
        {
            _unstable.RemoveFirst((int)(index + 1 - _offset));
            _offset = index + 1;
        }
    }

    /// <summary>The store holds a snapshot, and the application was restored from it.</summary>
    public void SnapshotStable(ulong index)
    {
        if (PendingSnapshot?.Metadata.Index == index)
        {
            Check.That(_stable.Snapshot.Metadata.Index == index, "an installed snapshot is the stored one");
            PendingSnapshot = null;
            HandedToApply = Math.Max(HandedToApply, index);
            Applied = Math.Max(Applied, index);
        }
    }

    /// <summary>Copies entries from an index on.</summary>
    /// <param name="arena">Where to.</param>
    /// <param name="from">The first one.</param>
    /// <param name="end">One behind the last one.</param>
    /// <param name="maxBytes">The most bytes, though at least one entry.</param>
    /// <param name="maxEntries">The most entries.</param>
    public ReadOnlyMemory<Entry> Copy(EntryArena arena, ulong from, ulong end, long maxBytes, int maxEntries)
    {
        var mark = arena.Mark();
        while (from < end)
        {
            var run = from >= _offset
                ? _unstable.Slice((int)(from - _offset), (int)(end - from))
                : _stable.Read(from, Math.Min(end, _offset), maxBytes);
            Check.That(run.Length > 0 && run.Span[0].Index == from, "the store reads what it was asked for");
            var taken = arena.Since(mark).Length;
            var fitting = EntryLimit.Fitting(run.Span, maxBytes, maxEntries - taken);
            if (taken > 0 && (taken >= maxEntries || run.Span[0].EncodedSize > maxBytes))
            {
                break;
            }

            arena.Append(ref mark, run.Span[..fitting]);
            from += (ulong)fitting;
            if (fitting < run.Length)
            {
                break;
            }

            foreach (ref readonly var entry in run.Span)
            {
                maxBytes -= entry.EncodedSize;
            }
        }

        return arena.Since(mark);
    }

    public void HandedToApplyTo(ulong index)
    {
        Check.That(index >= HandedToApply && index <= Applicable, "only what is committed and durable is applied");
        HandedToApply = index;
    }

    public void AppliedTo(ulong index)
    {
        Check.That(index <= HandedToApply, "nothing is applied that was not handed out");
        Applied = Math.Max(Applied, index);
    }

    private void Replace(ReadOnlySpan<Entry> entries)
    {
        var first = entries[0].Index;
        Check.That(first <= LastIndex + 1, "a log has no gap");
        if (first <= _offset)
        {
            _unstable.TruncateTo(0);
            _offset = first;
        }
        else
        {
            _unstable.TruncateTo((int)(first - _offset));
        }

        _handedToStore = Math.Min(_handedToStore, first);
        _unstable.AddRange(entries);
    }
}
