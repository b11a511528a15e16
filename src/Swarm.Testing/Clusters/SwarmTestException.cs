namespace Swarm.Testing;

/// <summary>
/// A test cluster did what it must not do, or not what was waited for. The text has the seed and how to play it again.
/// </summary>
public sealed class SwarmTestException : Exception
{
    /// <summary>Makes a failure.</summary>
    /// <param name="law">What is wrong.</param>
    /// <param name="seed">The seed of the cluster.</param>
    /// <param name="at">Virtual time.</param>
    /// <param name="replay">The command that plays the same again.</param>
    /// <param name="cause">The error behind it, if there is one.</param>
    public SwarmTestException(string law, int seed, DateTimeOffset at, string replay, Exception? cause = null)
        : base(
            $"{law}\nat virtual time {at:HH:mm:ss.fff} of the cluster with seed={seed}; replay with\n{replay}",
            cause)
    {
        Law = law;
        Seed = seed;
    }

    /// <summary>What is wrong.</summary>
    public string Law { get; }

    /// <summary>The seed of the cluster.</summary>
    public int Seed { get; }
}
