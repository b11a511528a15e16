namespace Swarm.Testing;

/// <summary>A clock that stands still until told to move; timers fire in order of their due time.</summary>
/// <remarks>Works with everything that takes a <see cref="TimeProvider"/>. Not thread-safe: one thread drives it.</remarks>
public sealed class VirtualTimeProvider : TimeProvider
{
    private const int StaleTimers = 1_000;

    private readonly PriorityQueue<(VirtualTimer Timer, long Generation), (DateTimeOffset Due, long Order)> _due =
        new();

    private DateTimeOffset _now;
    private long _order;
    private int _stale;

    /// <summary>Starts the clock at a fixed moment.</summary>
    /// <param name="start">The moment; null means 2026-01-01 00:00 UTC.</param>
    public VirtualTimeProvider(DateTimeOffset? start = null) =>
        _now = start ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>When the next timer is due; null without timers.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            DropStale();
            return _due.TryPeek(out _, out var key) ? key.Due : null;
        }
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _now;

    /// <inheritdoc/>
    public override long GetTimestamp() => _now.UtcTicks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves to a moment, firing no timer on the way but those due at it or before, in order.</summary>
    /// <param name="moment">The moment; not before now.</param>
    public void MoveTo(DateTimeOffset moment)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(moment, _now);
        while (NextDue is { } due && due <= moment)
        {
            _now = due > _now ? due : _now;
            FireNext();
        }

        _now = moment;
    }

    /// <summary>Moves to the next due timer and fires it; false without timers up to the limit.</summary>
    /// <param name="limit">The clock never passes this moment.</param>
    /// <returns>True when a timer fired.</returns>
    public bool FireNextUpTo(DateTimeOffset limit)
    {
        if (NextDue is not { } due || due > limit)
        {
            return false;
        }

        _now = due > _now ? due : _now;
        FireNext();
        return true;
    }

    private void FireNext()
    {
        var (timer, _) = _due.Dequeue();
        timer.Fire();
    }

    private void DropStale()
    {
        while (_due.TryPeek(out var entry, out _) && entry.Generation != entry.Timer.Generation)
        {
            _due.Dequeue();
            _stale--;
        }
    }

    // Timers that were given up long before they are due would keep what they hold until then.
    private void DropMostlyStale()
    {
        if (++_stale > StaleTimers && _stale > _due.Count / 2)
        {
            var live = _due.UnorderedItems
                .Where(item => item.Element.Generation == item.Element.Timer.Generation)
                .ToArray();
            _due.Clear();
            _due.EnqueueRange(live);
            _stale = 0;
        }
    }

    private void Schedule(VirtualTimer timer, TimeSpan dueTime) =>
        _due.Enqueue((timer, timer.Generation), (_now + dueTime, _order++));

    private sealed class VirtualTimer(VirtualTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period = Timeout.InfiniteTimeSpan;
        private bool _isQueued;

        public long Generation { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            GiveUp();
            _period = period;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                _isQueued = true;
                clock.Schedule(this, dueTime);
            }

            return true;
        }

        public void Fire()
        {
            Generation++;
            _isQueued = _period != Timeout.InfiniteTimeSpan && _period != TimeSpan.Zero;
            if (_isQueued)
            {
                clock.Schedule(this, _period);
            }

            callback(state);
        }

        public void Dispose() => GiveUp();

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void GiveUp()
        {
            Generation++;
            if (_isQueued)
            {
                _isQueued = false;
                clock.DropMostlyStale();
            }
        }
    }
}
