namespace Swarm.Agents;

/// <summary>
/// How long to wait before the next session: after n failures a uniform share of a bound that grows to 8 s, so that the
/// nodes of a swarm do not come back all at once.
/// </summary>
internal sealed class ReconnectBackoff(Random random)
{
    private static readonly TimeSpan Initial = TimeSpan.FromMilliseconds(100);

    /// <summary>The largest bound; a session that lasts this long was a good one.</summary>
    public static readonly TimeSpan Max = TimeSpan.FromSeconds(8);

    /// <summary>The present bound; zero before the first failure.</summary>
    public TimeSpan Bound { get; private set; }

    public void Reset() => Bound = TimeSpan.Zero;

    /// <summary>Counts a failure and says how long to wait.</summary>
    public TimeSpan NextDelay()
    {
        var grown = Initial + (2 * Bound);
        Bound = grown < Max ? grown : Max;
        return Bound * random.NextDouble();
    }
}
