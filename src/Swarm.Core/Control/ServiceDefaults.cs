namespace Swarm.Control;

/// <summary>What holds for a service that says nothing.</summary>
internal static class ServiceDefaults
{
    /// <summary>How long tasks of an update are watched (SwarmKit's default).</summary>
    public static readonly TimeSpan Monitor = TimeSpan.FromSeconds(5);
}
