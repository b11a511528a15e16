namespace Swarm.Control;

/// <summary>Tells whether the rollout that a caller waits for has failed.</summary>
internal sealed class RolloutVerdict
{
    private DateTimeOffset? _accepted;
    private bool _looked;

    /// <summary>Takes note of a rollout's state.</summary>
    /// <exception cref="SwarmException">It paused, or the service went back to its previous spec.</exception>
    public void Judge(RolloutStatus? status)
    {
        switch (status?.State)
        {
            case RolloutState.Paused:
                throw SwarmException.FailedPrecondition($"service update paused: {status.Message}");
            case RolloutState.RollbackPaused:
                throw SwarmException.FailedPrecondition($"service rollback paused: {status.Message}");
            case RolloutState.RollbackStarted when status.Message == ServiceChanges.ManualRollback:
            case RolloutState.RollbackCompleted when !_looked:
                // Asked for, or over before the wait began: this rollback is what the caller waits for.
                _accepted = status.StartedAt;
                break;
            case RolloutState.RollbackStarted or RolloutState.RollbackCompleted when status.StartedAt != _accepted:
                throw SwarmException.FailedPrecondition($"service rolled back: {status.Message}");
        }

        _looked = true;
    }
}
