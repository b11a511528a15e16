namespace Swarm;

/// <summary>Whether a node has been let in; numbers are SwarmKit's.</summary>
public enum NodeMembership
{
    /// <summary>Waits for approval.</summary>
    Pending = 0,

    /// <summary>Is a member.</summary>
    Accepted = 1,
}
