namespace Swarm.Dispatch;

/// <summary>Something with a deadline that mostly moves away before it comes.</summary>
internal abstract class Deadline
{
    /// <summary>When it is due, in ticks of the queue's clock; <see cref="long.MaxValue"/> means never.</summary>
    public long DueAt { get; internal set; } = long.MaxValue;

    /// <summary>The earliest time for which it stands in the queue.</summary>
    internal long QueuedAt { get; set; } = long.MaxValue;
}

/// <summary>
/// Deadlines in order. Moving one away costs a field write: it is looked at again when its old time comes, so thousands
/// of nodes beating every few seconds leave the heap almost alone.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class DeadlineQueue<T>
    where T : Deadline
{
    private readonly PriorityQueue<T, long> _queue = new();

    /// <summary>When something may be due next; null when nothing is.</summary>
    public long? Next => _queue.TryPeek(out _, out var at) ? at : null;

    /// <summary>Entries in the queue, passed-over ones included.</summary>
    internal int Count => _queue.Count;

    /// <summary>Sets or moves a deadline; true when the queue must be looked at earlier than before.</summary>
    public bool Set(T item, long at)
    {
        item.DueAt = at;
        if (at >= item.QueuedAt)
        {
            return false;
        }

        var next = Next;
        item.QueuedAt = at;
        _queue.Enqueue(item, at);
        return next is null || at < next;
    }

    /// <summary>Takes something whose deadline has come.</summary>
    public bool TryTake(long now, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T due)
    {
        while (_queue.TryPeek(out due, out var at) && at <= now)
        {
            _queue.Dequeue();
            if (due.QueuedAt != at)
            {
                continue;
            }

            due.QueuedAt = long.MaxValue;
            if (due.DueAt <= now)
            {
                due.DueAt = long.MaxValue;
                return true;
            }

            if (due.DueAt != long.MaxValue)
            {
                Set(due, due.DueAt);
            }
        }

        due = null;
        return false;
    }
}
