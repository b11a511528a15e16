using Swarm.Storage;
using Swarm.Timing;

namespace Swarm.Scheduling;

/// <summary>Feeds the changes of a subscription into the scheduler's state, and waits for them to rest.</summary>
internal sealed class ChangeReader(ChangeSubscription subscription, SchedulerState state, TimeProvider time)
{
    private Task<bool>? _next;

    /// <summary>Waits for the next change; false when there will be none.</summary>
    public async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        var next = NextAsync(cancellationToken);
        var more = await next;
        _next = null;
        return more;
    }

    /// <summary>Applies all changes that are there.</summary>
    /// <returns>True when there were some.</returns>
    public bool Drain()
    {
        var any = false;
        while (subscription.TryRead(out var transaction))
        {
            any = true;
            for (var i = 0; i < transaction.Changes.Count; i++)
            {
                state.Apply(transaction.Changes[i]);
            }
        }

        return any;
    }

    /// <summary>Applies changes until none has come for a while, or until the limit.</summary>
    public async Task SettleAsync(TimeSpan gap, TimeSpan limit, CancellationToken cancellationToken)
    {
        var end = new Deadline(time, limit);
        var wait = gap < limit ? gap : limit;
        while (wait > TimeSpan.Zero)
        {
            if (!await ChangesWithinAsync(wait, cancellationToken))
            {
                return;
            }

            Drain();
            var left = end.Left;
            wait = gap < left ? gap : left;
        }
    }

    private async Task<bool> ChangesWithinAsync(TimeSpan span, CancellationToken cancellationToken)
    {
        using var cancelDelay = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var next = NextAsync(cancellationToken);
        var first = await Task.WhenAny(next, Task.Delay(span, time, cancelDelay.Token));
        Stop(cancelDelay);
        cancellationToken.ThrowIfCancellationRequested();
        return first == next && await WaitAsync(cancellationToken);
    }

    // The channel knows one waiting reader only, so a wait that was left alone is taken up again.
    private Task<bool> NextAsync(CancellationToken cancellationToken) => _next ??= AwaitNextAsync(cancellationToken);

    // Awaited here rather than turned into a task, which would complete on a pool thread.
    private async Task<bool> AwaitNextAsync(CancellationToken cancellationToken) =>
        await subscription.WaitAsync(cancellationToken);

    // The asynchronous form would leave the scheduler.
    private static void Stop(CancellationTokenSource delay) => delay.Cancel();
}
