namespace Swarm.Certificates.Authority;

/// <summary>What one caller, or a stolen token, can cost at most.</summary>
internal sealed record AuthorityLimits
{
    /// <summary>Nodes that have joined and never registered; beyond, joins are refused.</summary>
    public int MaxUnregisteredNodes { get; init; } = 1_000;

    /// <summary>Calls that wait for a certificate at a time.</summary>
    public int MaxWaiting { get; init; } = 10_000;

    /// <summary>Time a call waits for a certificate; callers ask again.</summary>
    public TimeSpan StatusWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Renewals that a node may ask for at once; one more every <see cref="RenewalPeriod"/>.</summary>
    public int RenewalBurst { get; init; } = 20;

    /// <summary>Time after which a node may renew once more.</summary>
    public TimeSpan RenewalPeriod { get; init; } = TimeSpan.FromSeconds(10);
}
