namespace Swarm.Net;

/// <summary>How a back end is chosen for a new connection.</summary>
public enum BalancerKind
{
    /// <summary>One after the other, whatever their weights (IPVS <c>rr</c>, what Docker does).</summary>
    RoundRobin = 0,

    /// <summary>One after the other, as often as its weight says, evenly spread (IPVS <c>wrr</c>, nginx's order).</summary>
    WeightedRoundRobin = 1,

    /// <summary>
    /// The one with the fewest open connections (IPVS <c>lc</c>). Above 32 back ends the better of one chosen at random
    /// and the best of the last time, which is close to it and costs the same for any number.
    /// </summary>
    LeastConnections = 2,

    /// <summary>The same, open connections counted against weights (IPVS <c>wlc</c>).</summary>
    WeightedLeastConnections = 3,

    /// <summary>
    /// Always the same one for the same client address, and few clients move when back ends come or go; weights count
    /// (IPVS <c>sh</c> over a Maglev table).
    /// </summary>
    SourceHash = 4,

    /// <summary>
    /// By the client's address and port: every balancer with the same back ends makes the same choice (IPVS <c>mh</c>
    /// with 65,537 entries); weights count.
    /// </summary>
    Maglev = 5,
}
