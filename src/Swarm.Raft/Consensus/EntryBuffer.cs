namespace Swarm.Raft.Consensus;

/// <summary>Entries in a row that grow at the end and shrink at both ends; always contiguous in memory.</summary>
internal sealed class EntryBuffer
{
    private Entry[] _items = [];
    private int _start;

    public int Count { get; private set; }

    public ref readonly Entry this[int position] => ref _items[_start + position];

    public ReadOnlyMemory<Entry> Slice(int position, int count) => _items.AsMemory(_start + position, count);

    public void Add(in Entry entry)
    {
        Reserve(1);
        _items[_start + Count++] = entry;
    }

    public void AddRange(ReadOnlySpan<Entry> entries)
    {
        Reserve(entries.Length);
        entries.CopyTo(_items.AsSpan(_start + Count));
        Count += entries.Length;
    }

    public void RemoveFirst(int count)
    {
        // Cleared so that payloads do not live as long as the buffer.
        _items.AsSpan(_start, count).Clear();
        Count -= count;
        _start = Count == 0 ? 0 : _start + count;
    }

    public void TruncateTo(int count)
    {
        _items.AsSpan(_start + count, Count - count).Clear();
        Count = count;
        _start = Count == 0 ? 0 : _start;
    }

    private void Reserve(int more)
    {
        if (_start + Count + more <= _items.Length)
        {
            return;
        }

        // Moving at most half of the room to the front pays for itself; else there is too little room.
        if (Count + more <= _items.Length / 2)
        {
            _items.AsSpan(_start, Count).CopyTo(_items);
            var from = Math.Max(Count, _start);
            _items.AsSpan(from, _start + Count - from).Clear();
        }
        else
        {
            var bigger = new Entry[Math.Max(16, Math.Max(_items.Length * 2, Count + more))];
            _items.AsSpan(_start, Count).CopyTo(bigger);
            _items = bigger;
        }

        _start = 0;
    }
}
