namespace Swarm.Testing;

/// <summary>A node's own clock: may be set wrong, and may run fast or slow.</summary>
public sealed class NodeClock : TimeProvider
{
    private readonly TimeProvider _world;
    private DateTimeOffset _since;
    private TimeSpan _elapsed;
    private double _rate = 1;

    internal NodeClock(TimeProvider world)
    {
        _world = world;
        Start = _since = world.GetUtcNow();
    }

    /// <summary>How far the wall clock is ahead of the true time; a change is a jump that timers do not notice.</summary>
    /// <value>Zero.</value>
    public TimeSpan Offset { get; set; }

    /// <summary>Seconds of this clock per true second, for timers set from now on as well.</summary>
    /// <value>1.</value>
    public double Rate
    {
        get => _rate;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 0.1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 10);
            _elapsed = Elapsed;
            _since = _world.GetUtcNow();
            _rate = value;
        }
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    private DateTimeOffset Start { get; }

    private TimeSpan Elapsed => _elapsed + ((_world.GetUtcNow() - _since) * _rate);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => Start + Elapsed + Offset;

    /// <inheritdoc/>
    public override long GetTimestamp() => Elapsed.Ticks;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new NodeTimer(this, _world.CreateTimer(callback, state, ToWorld(dueTime), ToWorld(period)));

    // Rounded up: a timer that fires early by this clock would be set again for nothing.
    private TimeSpan ToWorld(TimeSpan span) => span <= TimeSpan.Zero || _rate == 1
        ? span
        : TimeSpan.FromTicks((long)Math.Ceiling(span.Ticks / _rate) + 1);

    private sealed class NodeTimer(NodeClock clock, ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) =>
            timer.Change(clock.ToWorld(dueTime), clock.ToWorld(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
