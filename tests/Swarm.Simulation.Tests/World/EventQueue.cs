namespace Swarm.Simulation.Tests;

/// <summary>What can happen next.</summary>
internal enum SimEventKind : byte
{
    Tick,
    Deliver,
    Work,
    Flushed,
    Persisted,
    Apply,
    SnapshotSaved,
    Client,
    Admin,
    Operate,
    Fault,
    Restart,
    Leave,
    LinksHeal,
    Report,
}

/// <summary>Something that happens at a time; <paramref name="Boot"/> tells which life of the member it belongs to.</summary>
internal readonly record struct SimEvent(
    long Time, long Order, SimEventKind Kind, int Member = 0, int Boot = 0, int Argument = 0)
{
    public bool IsBefore(in SimEvent other) => Time < other.Time || (Time == other.Time && Order < other.Order);
}

/// <summary>Events by time, and by order of arrival where times are equal.</summary>
internal sealed class EventQueue
{
    private SimEvent[] _heap = new SimEvent[128];
    private int _count;
    private long _order;

    public void Add(long time, SimEventKind kind, int member = 0, int boot = 0, int argument = 0)
    {
        if (_count == _heap.Length)
        {
            Array.Resize(ref _heap, 2 * _count);
        }

        var added = new SimEvent(time, ++_order, kind, member, boot, argument);
        var at = _count++;
        while (at > 0 && added.IsBefore(_heap[(at - 1) / 2]))
        {
            _heap[at] = _heap[(at - 1) / 2];
            at = (at - 1) / 2;
        }

        _heap[at] = added;
    }

    public SimEvent Take()
    {
        var first = _heap[0];
        var last = _heap[--_count];
        var at = 0;
        for (var child = 1; child < _count; child = (2 * at) + 1)
        {
            if (child + 1 < _count && _heap[child + 1].IsBefore(_heap[child]))
            {
                child++;
            }

            if (!_heap[child].IsBefore(last))
            {
                break;
            }

            _heap[at] = _heap[child];
            at = child;
        }

        _heap[at] = last;
        return first;
    }
}
