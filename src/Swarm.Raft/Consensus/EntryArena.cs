namespace Swarm.Raft.Consensus;

/// <summary>
/// Holds the entries of one output. Its slices stay as they are until the next output, whatever happens to the logs
/// that the entries came from.
/// </summary>
internal sealed class EntryArena
{
    // A burst must not keep its room, and its payloads, for ever.
    private const int RoomKept = 16 * 1024;

    private Entry[] _items = new Entry[64];
    private int _count;

    /// <summary>Gives everything back.</summary>
    public void Reset()
    {
        if (_items.Length > RoomKept)
        {
            _items = new Entry[RoomKept];
        }
        else
        {
            _items.AsSpan(0, _count).Clear();
        }

        _count = 0;
    }

    /// <summary>Where the next slice starts.</summary>
    public int Mark() => _count;

    /// <summary>Adds entries to the slice that is being made.</summary>
    /// <param name="mark">Where it starts; moves when room had to be made.</param>
    /// <param name="entries">The entries.</param>
    public void Append(ref int mark, ReadOnlySpan<Entry> entries)
    {
        if (_count + entries.Length > _items.Length)
        {
            // Slices handed out before keep the old room; only the unfinished one moves.
            var open = _items.AsSpan(mark, _count - mark);
            var bigger = new Entry[Math.Max(_items.Length * 2, open.Length + entries.Length)];
            open.CopyTo(bigger);
            (_items, _count, mark) = (bigger, open.Length, 0);
        }

        entries.CopyTo(_items.AsSpan(_count));
        _count += entries.Length;
    }

    /// <summary>The slice from <paramref name="mark"/> to here.</summary>
    public ReadOnlyMemory<Entry> Since(int mark) => _items.AsMemory(mark, _count - mark);
}
