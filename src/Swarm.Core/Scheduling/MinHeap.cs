namespace Swarm.Scheduling;

/// <summary>A heap with four children per node; the smallest item is on top. Keeps its memory when cleared.</summary>
internal sealed class MinHeap<T>
    where T : struct, IComparable<T>
{
    private const int Arity = 4;

    private T[] _items = [];

    public int Count { get; private set; }

    public T Top => _items[0];

    public void Clear() => Count = 0;

    public void Add(T item)
    {
        Append(item);
        var hole = Count - 1;
        while (hole > 0)
        {
            var parent = (hole - 1) / Arity;
            if (_items[parent].CompareTo(item) <= 0)
            {
                break;
            }

            _items[hole] = _items[parent];
            hole = parent;
        }

        _items[hole] = item;
    }

    /// <summary>Adds without keeping order; <see cref="Restore"/> must follow.</summary>
    public void Append(T item)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Math.Max(16, Count * 2));
        }

        _items[Count++] = item;
    }

    /// <summary>Puts everything in order in linear time.</summary>
    public void Restore()
    {
        for (var i = Count < 2 ? -1 : (Count - 2) / Arity; i >= 0; i--)
        {
            Sink(i, _items[i]);
        }
    }

    public void ReplaceTop(T item) => Sink(0, item);

    public void RemoveTop()
    {
        Count--;
        if (Count > 0)
        {
            Sink(0, _items[Count]);
        }
    }

    private void Sink(int hole, T item)
    {
        var items = _items.AsSpan(0, Count);
        while (true)
        {
            var first = (hole * Arity) + 1;
            if (first >= items.Length)
            {
                break;
            }

            var best = first;
            var end = Math.Min(first + Arity, items.Length);
            for (var child = first + 1; child < end; child++)
            {
                if (items[child].CompareTo(items[best]) < 0)
                {
                    best = child;
                }
            }

            if (items[best].CompareTo(item) >= 0)
            {
                break;
            }

            items[hole] = items[best];
            hole = best;
        }

        items[hole] = item;
    }
}
