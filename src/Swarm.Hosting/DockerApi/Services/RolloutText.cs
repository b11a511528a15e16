namespace Swarm.Hosting.DockerApi;

internal static class RolloutText
{
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
