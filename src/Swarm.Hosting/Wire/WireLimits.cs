namespace Swarm.Hosting.Wire;

/// <summary>Bounds that both ends of the swarm port keep.</summary>
internal static class WireLimits
{
    /// <summary>Most bytes of one message (SwarmKit's number).</summary>
    public const int MaxMessage = 4 * 1024 * 1024;
}
