namespace Swarm.Certificates.Nodes;

/// <summary>
/// When a node renews: at a random point between 50 % and 80 % of its certificate's life, sooner when told, and after
/// failures later and later.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class RenewalSchedule(Random random)
{
    /// <summary>Renewals that are overdue are spread over this, so that a manager that comes back is not run over.</summary>
    public static readonly TimeSpan Spread = TimeSpan.FromSeconds(20);

    // SwarmKit's numbers.
    private const double EarliestShare = 0.5;
    private const double LatestShare = 0.8;
    private static readonly TimeSpan BackoffBase = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BackoffMax = TimeSpan.FromHours(1);
    private static readonly TimeSpan ForcedPause = TimeSpan.FromMilliseconds(500);

    private int _failures;
    private bool _forced;

    /// <summary>When the next planned renewal is.</summary>
    public DateTimeOffset PlannedAt { get; private set; }

    /// <summary>True when renewing cannot wait for the plan.</summary>
    public bool IsForced => _forced;

    /// <summary>Plans for a certificate.</summary>
    public void Plan(DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        var share = EarliestShare + ((LatestShare - EarliestShare) * random.NextDouble());
        PlannedAt = notBefore + ((notAfter - notBefore) * share);
    }

    public void Force() => _forced = true;

    public void Succeeded()
    {
        _failures = 0;
        _forced = false;
    }

    public void Failed() => _failures++;

    /// <summary>A manager can be reached again: failures from before say nothing any more.</summary>
    public bool Reachable()
    {
        var waited = _failures > 0;
        _failures = 0;
        return waited;
    }

    /// <summary>How long to wait now.</summary>
    public TimeSpan NextDelay(DateTimeOffset now) => _failures > 0
        ? Backoff()
        : _forced
            ? ForcedPause
            : PlannedAt > now ? PlannedAt - now : Spread * random.NextDouble();

    // At least half of the bound: a node that has failed often does not come back at once by chance.
    private TimeSpan Backoff()
    {
        var bound = BackoffBase * (1 + Math.Pow(2, Math.Min(_failures - 1, 20)));
        return (bound < BackoffMax ? bound : BackoffMax) * (0.5 + (random.NextDouble() / 2));
    }
}
