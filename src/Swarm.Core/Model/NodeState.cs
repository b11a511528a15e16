namespace Swarm;

/// <summary>States of nodes; numbers are SwarmKit's.</summary>
public enum NodeState
{
    /// <summary>Not heard of since the last change of leadership.</summary>
    Unknown = 0,

    /// <summary>Stopped sending heartbeats.</summary>
    Down = 1,

    /// <summary>Has a session.</summary>
    Ready = 2,

    /// <summary>Said good-bye.</summary>
    Disconnected = 3,
}
