using System.Runtime.CompilerServices;
using Swarm.Orchestration;
using Swarm.Storage;
using Swarm.Timing;

namespace Swarm.Control;

/// <summary>
/// Follows one service until it has been as wanted for its monitor period. Sleeps until something about the service
/// changes or the period is over.
/// </summary>
internal sealed class ConvergenceWait(
    ClusterStore store,
    TimeProvider time,
    ServiceId id,
    Service? asked,
    TimeSpan? stableFor = null) : IDisposable
{
    // A timer takes no longer spans; a longer period is waited for in pieces.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromDays(1);

    private readonly RolloutVerdict _verdict = new(asked);
    private ChangeSubscription? _subscription;
    private TimedFeed? _feed;
    private ClusterView _view = ClusterView.Empty;
    private long? _settledSince;

    public async IAsyncEnumerable<ServiceProgress> RunAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Subscribe();
        ServiceProgress? last = null;
        while (true)
        {
            var service = _view.Services.Find(id.ToString())
                ?? throw SwarmException.NotFound($"service {id} not found");
            if (service.Spec.Mode.IsJob)
            {
                JobProgress.RequireHope(_view, service);
            }
            else
            {
                _verdict.Judge(_view, service);
            }

            var progress = Look(service);
            if (progress != last)
            {
                yield return progress;
                last = progress;
            }

            if (progress.Converged)
            {
                yield break;
            }

            await NextAsync(TimeLeft(service), cancellationToken);
        }
    }

    public void Dispose() => _subscription?.Dispose();

    // What has completed does not fail afterwards.
    private TimeSpan MonitorOf(Service service) => service.Spec.Mode.IsJob
        ? TimeSpan.Zero
        : stableFor ?? service.Spec.Update?.Monitor ?? ServiceDefaults.Monitor;

    private ServiceProgress Look(Service service)
    {
        var (running, desired) = ServiceCounts.ProgressOf(_view, service);
        var rollout = service.RolloutStatus?.State ?? RolloutState.Unknown;
        var settled = running == desired
            && (service.Spec.Mode.IsJob || rollout is not (RolloutState.Updating or RolloutState.RollbackStarted));
        _settledSince = settled ? _settledSince ?? time.GetTimestamp() : null;
        return new(running, desired, TimeLeft(service) <= TimeSpan.Zero, rollout);
    }

    // Null while there is nothing to wait for but changes.
    private TimeSpan? TimeLeft(Service service) =>
        _settledSince is { } since ? MonitorOf(service) - time.GetElapsedTime(since) : null;

    private async Task NextAsync(TimeSpan? timeLeft, CancellationToken cancellationToken)
    {
        try
        {
            var end = timeLeft is { } left ? new Deadline(time, Min(left, LongestSleep)) : (Deadline?)null;
            while (await _feed!.WaitAsync(end?.Left, cancellationToken))
            {
                if (Drain())
                {
                    return;
                }
            }
        }
        catch (SwarmException exception) when (exception.Code == SwarmErrorCode.ResyncRequired)
        {
            _settledSince = null;
            Subscribe();
        }
    }

    private void Subscribe()
    {
        _subscription?.Dispose();
        _subscription = store.Watch();
        _feed = new TimedFeed(_subscription, time);
        _view = _subscription.View;
    }

    // True when something about the service may have changed.
    private bool Drain()
    {
        var relevant = false;
        while (_subscription!.TryRead(out var transaction))
        {
            _view = transaction.View;
            foreach (var change in transaction.Changes)
            {
                relevant |= IsRelevant(change);
            }
        }

        return relevant;
    }

    private bool IsRelevant(ObjectChange change)
    {
        switch (change.Current)
        {
            case Service service:
                return service.Id == id;
            case Node:
                return true;
            case SwarmTask task when task.ServiceId == id:
                // A task that ended and was replaced between two looks still interrupts the period.
                if (change.Previous is SwarmTask { Status.State: TaskState.Running, DesiredState: <= TaskState.Running }
                    && task.Status.State > TaskState.Running)
                {
                    _settledSince = null;
                }

                return true;
            default:
                return false;
        }
    }

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
