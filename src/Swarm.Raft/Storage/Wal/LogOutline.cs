namespace Swarm.Raft.Storage.Wal;

/// <summary>
/// The log without its payloads: which entries there are behind the floor (the last entry that is gone), of which
/// terms, and where on disk.
/// </summary>
internal sealed class LogOutline
{
    private readonly PositionTable _positions = new();
    private readonly TermRuns _terms = new();

    public LogOutline(ulong floorIndex, ulong floorTerm) => Reset(floorIndex, floorTerm);

    /// <summary>The last entry that is gone; its term is still known.</summary>
    public ulong FloorIndex { get; private set; }

    public ulong FirstIndex => FloorIndex + 1;

    public ulong LastIndex => _positions.Next - 1;

    public ulong LastTerm => _terms.Get(LastIndex);

    /// <summary>The term of an entry from the floor to the last.</summary>
    public ulong Term(ulong index) => _terms.Get(index);

    public (uint Segment, uint Offset) Position(ulong index) => _positions.Get(index);

    /// <summary>An empty log behind an entry.</summary>
    public void Reset(ulong floorIndex, ulong floorTerm)
    {
        FloorIndex = floorIndex;
        _positions.Reset(floorIndex + 1);
        _terms.Reset(floorIndex, floorTerm);
    }

    /// <summary>Adds an entry behind the floor and at most one behind the last; it voids those it overtakes.</summary>
    public void Add(ulong index, ulong term, uint segment, uint offset)
    {
        if (index <= LastIndex)
        {
            _positions.TruncateFrom(index);
            _terms.TruncateFrom(index);
        }

        _positions.Add(segment, offset);
        _terms.Add(index, term);
    }

    /// <summary>Tells the term of the floor, if that is the entry meant.</summary>
    public void LearnFloorTerm(ulong term, ulong ifAt)
    {
        if (ifAt == FloorIndex)
        {
            _terms.SetFirst(term);
        }
    }

    /// <summary>Raises the floor to an entry that is there.</summary>
    public void CompactTo(ulong index)
    {
        if (index > FloorIndex)
        {
            FloorIndex = index;
            _terms.DropBefore(index);
            _positions.DropThrough(index);
        }
    }
}
