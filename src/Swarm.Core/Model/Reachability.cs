namespace Swarm;

/// <summary>Whether a manager is reached; numbers are SwarmKit's.</summary>
public enum Reachability
{
    /// <summary>Nothing known.</summary>
    Unknown = 0,

    /// <summary>Not reached.</summary>
    Unreachable = 1,

    /// <summary>Reached.</summary>
    Reachable = 2,
}
