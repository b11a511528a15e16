namespace Swarm.Hosting.Wire;

/// <summary>Bounds that both ends of the swarm port keep.</summary>
internal static class WireLimits
{
    /// <summary>Most bytes of one message (SwarmKit's number).</summary>
    public const int MaxMessage = 4 * 1024 * 1024;

    /// <summary>
    /// Most bytes of one message of a manager to us. The first assignments of a session are one message, however many
    /// there are; an agent that could not read it would never work again.
    /// </summary>
    public const int MaxAnswer = 64 * 1024 * 1024;

    /// <summary>Most bytes of what a node says of itself; an engine with all its plugins takes about 5 kB.</summary>
    public const int MaxDescription = 128 * 1024;

    /// <summary>Most bytes of a task's status beside message and error, of which the start is kept.</summary>
    public const int MaxStatus = 16 * 1024;
}
