namespace Swarm;

/// <summary>Whether a node takes tasks; numbers are SwarmKit's.</summary>
public enum NodeAvailability
{
    /// <summary>Takes tasks.</summary>
    Active = 0,

    /// <summary>Keeps what it has, takes nothing new.</summary>
    Pause = 1,

    /// <summary>Its tasks move elsewhere.</summary>
    Drain = 2,
}
