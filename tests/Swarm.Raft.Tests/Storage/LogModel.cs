using Swarm.Raft.Consensus;

namespace Swarm.Raft.Tests.Storage;

/// <summary>What a log holds, in the simplest form there is.</summary>
internal sealed class LogModel
{
    private SortedDictionary<ulong, Entry> _entries = [];

    /// <summary>Every entry that is or was there below the floor: a recovered log may still have it.</summary>
    private Dictionary<ulong, Entry> _compacted = [];

    public ulong Floor { get; private set; }

    public ulong Last { get; private set; }

    public HardState HardState { get; private set; }

    public (ulong Index, ulong Term) Snapshot { get; private set; }

    public LogModel Copy() => new()
    {
        _entries = new(_entries),
        _compacted = new(_compacted),
        Floor = Floor,
        Last = Last,
        HardState = HardState,
        Snapshot = Snapshot,
    };

    public Entry this[ulong index] => _entries[index];

    public void Append(HardState? state, ReadOnlySpan<Entry> entries, (ulong Index, ulong Term)? installed = null)
    {
        if (installed is { } snapshot)
        {
            _entries.Clear();
            _compacted.Clear();
            (Floor, Last, Snapshot) = (snapshot.Index, snapshot.Index, snapshot);
        }

        foreach (var entry in entries)
        {
            for (var index = entry.Index; index <= Last; index++)
            {
                _entries.Remove(index);
            }

            _entries[entry.Index] = entry;
            Last = entry.Index;
        }

        HardState = state ?? HardState;
        HardState = HardState with { Commit = Math.Max(HardState.Commit, Snapshot.Index) };
    }

    public void SaveSnapshot(ulong index, ulong term)
    {
        Snapshot = (index, term);
        HardState = HardState with { Commit = Math.Max(HardState.Commit, index) };
    }

    public void Compact(ulong index)
    {
        for (; Floor < index; Floor++)
        {
            _compacted[Floor + 1] = _entries[Floor + 1];
            _entries.Remove(Floor + 1);
        }
    }

    /// <summary>Why a log that was opened is not this one; null when it is.</summary>
    public string? Difference(FileRaftStorage storage)
    {
        if (storage.LastIndex != Last)
        {
            return $"last is {storage.LastIndex}, not {Last}";
        }

        // A floor whose term went with its segment costs one entry that the snapshot covers.
        if (storage.FirstIndex > Floor + 1 && storage.FirstIndex > Math.Min(Floor + 1, Snapshot.Index) + 1)
        {
            return $"first is {storage.FirstIndex}, not at most {Floor + 1}";
        }

        if (storage.Snapshot.Metadata.Index != Snapshot.Index || storage.Snapshot.Metadata.Term != Snapshot.Term)
        {
            return $"snapshot is {storage.Snapshot.Metadata.Index}, not {Snapshot.Index}";
        }

        var state = storage.HardState;
        if (state != HardState)
        {
            return $"hard state is {state}, not {HardState}";
        }

        foreach (var entry in storage.All())
        {
            var expected = entry.Index > Floor ? _entries[entry.Index] : _compacted.GetValueOrDefault(entry.Index);
            if (!entry.Equals(expected) || !storage.TryGetTerm(entry.Index, out var term) || term != entry.Term)
            {
                return $"entry {entry} is not {expected}";
            }
        }

        return null;
    }
}
