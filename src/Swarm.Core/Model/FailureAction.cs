namespace Swarm;

/// <summary>What an update does when tasks fail; numbers are SwarmKit's.</summary>
public enum FailureAction
{
    /// <summary>Stop and wait for the user.</summary>
    Pause = 0,

    /// <summary>Carry on.</summary>
    Continue = 1,

    /// <summary>Return to the previous spec.</summary>
    Rollback = 2,
}
