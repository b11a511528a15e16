namespace Swarm;

/// <summary>Where a published port is open; numbers are SwarmKit's.</summary>
public enum PublishMode
{
    /// <summary>On every node, balanced over all tasks.</summary>
    Ingress = 0,

    /// <summary>Only on the node that runs the task.</summary>
    Host = 1,
}
