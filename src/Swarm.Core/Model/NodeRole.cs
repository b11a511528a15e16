namespace Swarm;

/// <summary>Roles of nodes; numbers are SwarmKit's.</summary>
public enum NodeRole
{
    /// <summary>Runs tasks.</summary>
    Worker = 0,

    /// <summary>Also keeps the store.</summary>
    Manager = 1,
}
