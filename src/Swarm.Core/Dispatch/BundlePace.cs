namespace Swarm.Dispatch;

/// <summary>
/// When the next bundle may go. What comes after a quiet interval goes at once, or nearly so; while there is more, the
/// pause between bundles doubles from a tenth of the interval until it is the whole of it.
/// </summary>
internal sealed class BundlePace(TimeSpan interval, TimeProvider time)
{
    private TimeSpan _pause;
    private long _sentAt;

    public void Sent() => _sentAt = time.GetTimestamp();

    /// <summary>What is left of the pause before the next bundle; zero or less when it may go.</summary>
    public TimeSpan Rest()
    {
        var quiet = time.GetElapsedTime(_sentAt);
        var first = interval / 10;
        _pause = quiet >= interval || 2 * _pause < first ? first : 2 * _pause < interval ? 2 * _pause : interval;
        return _pause - quiet;
    }
}
