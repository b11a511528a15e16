namespace Swarm.Raft.Consensus;

/// <summary>A list that keeps its room and hands out its memory.</summary>
/// <typeparam name="T">What it holds.</typeparam>
internal sealed class GrowList<T>
{
    private const int RoomKept = 4096;

    private T[] _items = [];

    public int Count { get; private set; }

    public ref T this[int index] => ref _items.AsSpan(0, Count)[index];

    public ReadOnlyMemory<T> Memory => _items.AsMemory(0, Count);

    public void Add(in T item)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Math.Max(8, Count * 2));
        }

        _items[Count++] = item;
    }

    public void RemoveFirst(int count)
    {
        _items.AsSpan(count, Count - count).CopyTo(_items);
        _items.AsSpan(Count - count, count).Clear();
        Count -= count;
    }

    public void Clear()
    {
        _items.AsSpan(0, Count).Clear();
        Count = 0;
        if (_items.Length > RoomKept)
        {
            _items = [];
        }
    }
}
