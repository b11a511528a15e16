using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Swarm.Storage;
using Swarm.Telemetry;

namespace Swarm.Scheduling;

/// <summary>
/// Follows the store and assigns nodes to tasks that wait for one. Driven by changes alone: each is applied to the
/// bookkeeping, and once they rest, one pass places what can be placed.
/// </summary>
internal sealed partial class SchedulerLoop(
    ClusterStore store,
    TimeProvider time,
    SchedulerOptions options,
    IEnumerable<ISchedulingFilter> filters,
    IEnumerable<ISchedulingScorer> scorers,
    ILogger logger,
    SwarmMetrics? metrics = null)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly ISchedulingFilter[] _filters = [.. filters];
    private readonly ISchedulingScorer[] _scorers = [.. scorers];

    /// <summary>Runs until cancelled, and then ends with <see cref="OperationCanceledException"/>.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            using var subscription = store.Watch();
            try
            {
                await FollowAsync(subscription, cancellationToken);
                return;
            }
            catch (SwarmException exception) when (exception.Code == SwarmErrorCode.ResyncRequired)
            {
                LogResync();
            }
        }
    }

    private async Task FollowAsync(ChangeSubscription subscription, CancellationToken cancellationToken)
    {
        var state = new SchedulerState(options, time, subscription.View);
        var placer = new GroupPlacer(state, _filters, _scorers);
        var feed = new ChangeReader(subscription, state, time);
        do
        {
            feed.Drain();
            while (state.IsPassDue)
            {
                await feed.SettleAsync(options.DebounceGap, options.DebounceLimit, cancellationToken);
                if (!await TryRunPassAsync(state, placer, cancellationToken))
                {
                    await Task.Delay(RetryDelay, time, cancellationToken);
                }

                feed.Drain();
            }
        }
        while (await feed.WaitAsync(cancellationToken));
    }

    /// <summary>Decides and commits; false when it should be tried again although nothing has changed.</summary>
    private async Task<bool> TryRunPassAsync(
        SchedulerState state,
        GroupPlacer placer,
        CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        using var span = SwarmTelemetry.Source.StartActivity("swarm.schedule");
        var plan = new PassPlan(state, placer);
        state.IsPassDue = false;
        try
        {
            state.Failures.Forget(time.GetUtcNow());
            Decide(plan);
            var commit = new PassCommit(store, state, plan, time.GetUtcNow());
            await commit.RunAsync(cancellationToken);
            state.IsPassDue |= commit.FoundStale;
            state.Pending.TryAll |= commit.FoundStale;
            var elapsed = time.GetElapsedTime(started);
            metrics?.SchedulerPassEnded(elapsed);
            CountRejections(plan);
            span?.SetTag("swarm.scheduler.placed", plan.Reservations.Count);
            span?.SetTag("swarm.scheduler.unplaced", commit.Explained);
            LogPass(plan.Reservations.Count, commit.Explained, elapsed.TotalMilliseconds);
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            state.IsPassDue = true;
            state.Pending.TryAll = true;
            span?.SetStatus(ActivityStatusCode.Error, exception.Message);
            LogFailed(exception);
            return false;
        }
    }

    private void CountRejections(PassPlan plan)
    {
        if (metrics is null)
        {
            return;
        }

        foreach (var rejection in plan.Unplaced.SelectMany(group => group.Explanation.Rejections))
        {
            metrics.NodesRejected(rejection.Filter, rejection.Nodes);
        }
    }

    // Filters and scorers are not ours and may throw; what was reserved until then is taken back.
    private static void Decide(PassPlan plan)
    {
        try
        {
            plan.Decide();
        }
        catch
        {
            plan.Undo();
            throw;
        }
    }

    [LoggerMessage(1200, LogLevel.Debug, "Placed {Placed} tasks, explained {Unplaced} others in {Milliseconds} ms")]
    private partial void LogPass(int placed, int unplaced, double milliseconds);

    [LoggerMessage(1201, LogLevel.Warning, "The scheduler could not place tasks and will try again")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(1202, LogLevel.Information, "The scheduler fell behind the store and starts over")]
    private partial void LogResync();
}
