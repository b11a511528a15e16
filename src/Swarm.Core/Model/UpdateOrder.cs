namespace Swarm;

/// <summary>Order of stopping and starting in an update; numbers are SwarmKit's.</summary>
public enum UpdateOrder
{
    /// <summary>The old task stops, then the new one starts.</summary>
    StopFirst = 0,

    /// <summary>The new task runs before the old one stops.</summary>
    StartFirst = 1,
}
