namespace Swarm.Raft.Storage.Wal;

/// <summary>The term of every entry, kept as the indexes where it changes.</summary>
internal sealed class TermRuns
{
    private readonly List<(ulong First, ulong Term)> _runs = [];

    public void Reset(ulong index, ulong term)
    {
        _runs.Clear();
        _runs.Add((index, term));
    }

    public void Add(ulong index, ulong term)
    {
        if (_runs.Count == 0 || _runs[^1].Term != term)
        {
            _runs.Add((index, term));
        }
    }

    /// <summary>Changes the term of the oldest run, which is one index long.</summary>
    public void SetFirst(ulong term) => _runs[0] = (_runs[0].First, term);

    public ulong Get(ulong index)
    {
        var (low, high) = (0, _runs.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_runs[middle].First <= index)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return _runs[low].Term;
    }

    /// <summary>Forgets an index and all behind it.</summary>
    public void TruncateFrom(ulong index)
    {
        while (_runs.Count > 0 && _runs[^1].First >= index)
        {
            _runs.RemoveAt(_runs.Count - 1);
        }
    }

    /// <summary>Lets the runs begin with an index.</summary>
    public void DropBefore(ulong index)
    {
        while (_runs.Count > 1 && _runs[1].First <= index)
        {
            _runs.RemoveAt(0);
        }

        _runs[0] = (index, _runs[0].Term);
    }
}
