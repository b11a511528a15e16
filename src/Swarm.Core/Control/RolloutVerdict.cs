using Swarm.Storage;

namespace Swarm.Control;

/// <summary>Tells whether the rollout that a caller waits for has failed.</summary>
/// <param name="asked">The service as the caller last saw it: what had ended by then is the past; null when unknown.</param>
internal sealed class RolloutVerdict(Service? asked)
{
    private DateTimeOffset? _accepted = asked?.RolloutStatus is { } status && IsPast(status) ? status.StartedAt : null;
    private bool _looked = asked is not null;

    /// <summary>Takes note of a rollout's state.</summary>
    /// <exception cref="SwarmException">
    /// It paused, or the service went back to its previous spec; the text says which task failed, and of what.
    /// </exception>
    public void Judge(ClusterView view, Service service)
    {
        var status = service.RolloutStatus;
        switch (status?.State)
        {
            case RolloutState.Paused:
                throw Failed("service update paused");
            case RolloutState.RollbackPaused:
                throw Failed("service rollback paused");
            case RolloutState.RollbackStarted when status.Message == ServiceChanges.ManualRollback:
            case RolloutState.RollbackCompleted when !_looked && service.PreviousSpec is not null:
                // Asked for: only such a rollback keeps the spec it came from. It is what the caller waits for.
                _accepted = status.StartedAt;
                break;
            case RolloutState.RollbackStarted or RolloutState.RollbackCompleted when status.StartedAt != _accepted:
                throw Failed("service rolled back");
        }

        _looked = true;

        SwarmException Failed(string outcome)
        {
            var reason = FailureReasons.OfRollout(view, service, status.Message);
            var text = $"{outcome}: {status.Message}";
            return SwarmException.FailedPrecondition(reason.Length > 0 ? $"{text} ({reason})" : text);
        }
    }

    private static bool IsPast(RolloutStatus status) =>
        status.State == RolloutState.RollbackCompleted || status.Message == ServiceChanges.ManualRollback;
}
