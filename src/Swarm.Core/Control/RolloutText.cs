namespace Swarm.Control;

/// <summary>States of rollouts in the words of the Docker API.</summary>
internal static class RolloutText
{
    /// <summary>The word; null for a state that Docker has none for.</summary>
    public static string? Write(RolloutState state) => state switch
    {
        RolloutState.Updating => "updating",
        RolloutState.Paused => "paused",
        RolloutState.Completed => "completed",
        RolloutState.RollbackStarted => "rollback_started",
        RolloutState.RollbackPaused => "rollback_paused",
        RolloutState.RollbackCompleted => "rollback_completed",
        _ => null,
    };
}
