using Swarm.Storage;

namespace Swarm.Orchestration;

/// <summary>Waits for changes up to a point in time; the next wait takes up one that the clock cut short.</summary>
internal sealed class TimedFeed(ChangeSubscription feed, TimeProvider time)
{
    private Task<bool>? _arrival;

    /// <summary>True once there is something to read, false when the time is over.</summary>
    /// <exception cref="SwarmException">The reader fell behind and must list again.</exception>
    public async Task<bool> WaitAsync(TimeSpan? atMost, CancellationToken cancellationToken)
    {
        _arrival ??= ArriveAsync(cancellationToken);
        if (atMost is { } limit && !_arrival.IsCompleted)
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(_arrival, Task.Delay(RoundUp(limit), time, ended.Token));
            Stop(ended);
            if (!_arrival.IsCompleted)
            {
                cancellationToken.ThrowIfCancellationRequested();
                return false;
            }
        }

        var arrival = _arrival;
        await arrival;
        _arrival = null;
        return true;
    }

    // The asynchronous form would leave the scheduler.
    private static void Stop(CancellationTokenSource timer) => timer.Cancel();

    // Not AsTask: the task it makes completes on the thread pool, off the scheduler of the loop.
    private async Task<bool> ArriveAsync(CancellationToken cancellationToken) =>
        await feed.WaitAsync(cancellationToken);

    // Timers know whole milliseconds; one that fires early would be armed again and again for the rest.
    private static TimeSpan RoundUp(TimeSpan span) =>
        span <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(span.TotalMilliseconds));
}
