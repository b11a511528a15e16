namespace Swarm.Interop.Tests;

/// <summary>What this build of our daemon can do with peers.</summary>
internal static class Peers
{
    /// <summary>
    /// Whether our daemon joins, and is joined, over the network. While false the tests that need it are skipped; they
    /// bear the trait <c>Category=OurJoin</c>.
    /// </summary>
    public static bool OursCanJoin => true;

    /// <summary>Whether our manager comes back to its swarm after a restart.</summary>
    public static bool OurManagerKeepsState => true;

    public const string OurJoin = "OurJoin";

    public static void OrSkip() =>
        Skip.IfNot(OursCanJoin, "joining over the network is not part of this build yet");
}
