namespace Swarm.Orchestration;

/// <summary>Things to look at again at a certain time, each at one time only.</summary>
internal sealed class WakeQueue<TKey>
    where TKey : notnull
{
    private readonly Dictionary<TKey, DateTimeOffset> _times = [];
    private readonly PriorityQueue<TKey, (DateTimeOffset Time, long Order)> _queue = new();
    private long _order;

    /// <summary>The earliest time; null when there is nothing to wait for.</summary>
    public DateTimeOffset? Next
    {
        get
        {
            DropStale();
            return _queue.TryPeek(out _, out var first) ? first.Time : null;
        }
    }

    public void Set(TKey key, DateTimeOffset time)
    {
        if (_times.TryGetValue(key, out var current) && current == time)
        {
            return;
        }

        _times[key] = time;
        _queue.Enqueue(key, (time, _order++));
    }

    public void Remove(TKey key) => _times.Remove(key);

    public bool TryTake(DateTimeOffset now, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out TKey key)
    {
        DropStale();
        if (_queue.TryPeek(out key, out var first) && first.Time <= now)
        {
            _queue.Dequeue();
            _times.Remove(key);
            return true;
        }

        key = default;
        return false;
    }

    private void DropStale()
    {
        while (_queue.TryPeek(out var key, out var first)
            && !(_times.TryGetValue(key, out var time) && time == first.Time))
        {
            _queue.Dequeue();
        }
    }
}
