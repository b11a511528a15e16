namespace Swarm.Raft.Storage.Wal;

/// <summary>Where each entry of the log lies on disk: eight bytes per entry, in pages that are used again.</summary>
internal sealed class PositionTable
{
    private const int PageSize = 4096;
    private const int SparePages = 32;

    private readonly List<ulong[]> _pages = [];
    private readonly Stack<ulong[]> _spare = new();
    private ulong _base;

    /// <summary>The index that the next position belongs to.</summary>
    public ulong Next { get; private set; } = 1;

    /// <summary>Begins anew with an index.</summary>
    public void Reset(ulong next)
    {
        foreach (var page in _pages)
        {
            Keep(page);
        }

        _pages.Clear();
        (_base, Next) = (next, next);
    }

    public void Add(uint segment, uint offset)
    {
        var slot = Next - _base;
        if (slot == (ulong)_pages.Count * PageSize)
        {
            _pages.Add(_spare.TryPop(out var page) ? page : new ulong[PageSize]);
        }

        _pages[(int)(slot / PageSize)][slot % PageSize] = ((ulong)segment << 32) | offset;
        Next++;
    }

    public (uint Segment, uint Offset) Get(ulong index)
    {
        var slot = index - _base;
        var position = _pages[(int)(slot / PageSize)][slot % PageSize];
        return ((uint)(position >> 32), (uint)position);
    }

    /// <summary>Forgets an index and all behind it.</summary>
    public void TruncateFrom(ulong index)
    {
        Next = index;
        var needed = (int)((index - _base + PageSize - 1) / PageSize);
        while (_pages.Count > needed)
        {
            Keep(_pages[^1]);
            _pages.RemoveAt(_pages.Count - 1);
        }
    }

    /// <summary>Forgets an index and all before it, by whole pages.</summary>
    public void DropThrough(ulong index)
    {
        while (_pages.Count > 0 && _base + PageSize <= index + 1)
        {
            Keep(_pages[0]);
            _pages.RemoveAt(0);
            _base += PageSize;
        }
    }

    private void Keep(ulong[] page)
    {
        if (_spare.Count < SparePages)
        {
            _spare.Push(page);
        }
    }
}
