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

    /// <summary>Being told again and again makes nobody try more often than this.</summary>
    public static readonly TimeSpan MinPause = TimeSpan.FromSeconds(5);

    // SwarmKit's numbers.
    private const double EarliestShare = 0.5;
    private const double LatestShare = 0.8;
    private static readonly TimeSpan BackoffBase = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BackoffMax = TimeSpan.FromHours(1);
    private static readonly TimeSpan ForcedPause = TimeSpan.FromMilliseconds(500);

    private int _failures;
    private DateTimeOffset _lastFailure = DateTimeOffset.MinValue;

    /// <summary>When to renew next.</summary>
    public DateTimeOffset DueAt { get; private set; }

    /// <summary>Plans for a certificate, counting from when it was signed: it is valid for a while before that.</summary>
    public void Plan(DateTimeOffset notBefore, DateTimeOffset notAfter, DateTimeOffset now)
    {
        var signedAt = notAfter - notBefore > RootCertificate.BackDate
            ? notBefore + RootCertificate.BackDate
            : notBefore;
        var share = EarliestShare + ((LatestShare - EarliestShare) * random.NextDouble());
        var planned = signedAt + ((notAfter - signedAt) * share);
        _failures = 0;
        DueAt = planned > now ? planned : now + (Spread * random.NextDouble());
    }

    /// <summary>The managers ask for it; the pause gives them time to agree about the role.</summary>
    public void Force(DateTimeOffset now)
    {
        var soon = now + ForcedPause;
        var earliest = _failures > 0 ? _lastFailure + MinPause : soon;
        BringForward(earliest > soon ? earliest : soon);
    }

    /// <summary>It did not work; not before half of the bound, so that nobody comes back at once by chance.</summary>
    public void Failed(DateTimeOffset now)
    {
        _lastFailure = now;
        var bound = BackoffBase * (1 + Math.Pow(2, Math.Min(_failures++, 20)));
        DueAt = now + ((bound < BackoffMax ? bound : BackoffMax) * (0.5 + (random.NextDouble() / 2)));
    }

    /// <summary>A manager can be reached again: what failed need not wait as long as it was to.</summary>
    public void Reachable(DateTimeOffset now)
    {
        if (_failures > 0)
        {
            _failures = 0;
            BringForward(now + (Spread * random.NextDouble()));
        }
    }

    private void BringForward(DateTimeOffset at) => DueAt = at < DueAt ? at : DueAt;
}
