namespace Swarm;

/// <summary>After which ends a task is replaced; numbers are SwarmKit's.</summary>
public enum RestartCondition
{
    /// <summary>Never.</summary>
    None = 0,

    /// <summary>Unless it completed with exit code 0.</summary>
    OnFailure = 1,

    /// <summary>Always.</summary>
    Any = 2,
}
