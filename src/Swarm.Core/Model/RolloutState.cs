namespace Swarm;

/// <summary>States of a rolling update; numbers are SwarmKit's <c>UpdateStatus.UpdateState</c>.</summary>
public enum RolloutState
{
    /// <summary>Nothing known.</summary>
    Unknown = 0,

    /// <summary>Tasks are being replaced.</summary>
    Updating = 1,

    /// <summary>Stopped after too many failures; waits for a new spec.</summary>
    Paused = 2,

    /// <summary>Every task runs the new spec.</summary>
    Completed = 3,

    /// <summary>Tasks are being returned to the previous spec.</summary>
    RollbackStarted = 4,

    /// <summary>The rollback itself failed and stopped.</summary>
    RollbackPaused = 5,

    /// <summary>Every task runs the previous spec again.</summary>
    RollbackCompleted = 6,
}
