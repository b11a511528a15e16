using System.Collections.Immutable;
using System.Net;
using Swarm.Net.Kernel;

namespace Swarm.Net.Ipvs;

/// <summary>What a virtual server is in terms of IPVS. Pure.</summary>
internal static class ServicePlan
{
    /// <summary>The services of a virtual server, one per family that it answers.</summary>
    public static IEnumerable<IpvsService> ServicesOf(VirtualServer server, uint mark)
    {
        foreach (var isV6 in FamiliesOf(server))
        {
            var byAddress = server.Affinity is null ? default : IpvsFlags.Persistent;
            var (scheduler, flags) = SchedulerOf(server.Balancer);
            yield return new IpvsService(mark, isV6, scheduler, flags | byAddress, SecondsOf(server.Affinity));
        }
    }

    /// <summary>Who gets connections, with their weights.</summary>
    public static ImmutableArray<IpvsDestination> EligibleOf(VirtualServer server, bool isV6) =>
    [
        .. server.Eligible()
            .Where(backend => backend.Address.IsV6() == isV6)
            .Select(backend => new IpvsDestination(backend.Address, backend.Port, (uint)backend.Weight)),
    ];

    // A family without any back end is answered only when no family has one.
    private static IEnumerable<bool> FamiliesOf(VirtualServer server)
    {
        var address = server.Frontend.Address;
        bool[] families = address.Equals(IPAddress.IPv6Any) ? [false, true] : [address.IsV6()];
        var found = families.Where(isV6 => server.Backends.Any(backend => backend.Address.IsV6() == isV6));
        return server.Backends.IsEmpty ? families : found;
    }

    // Hashes fall back to another back end while theirs drains; without that such clients would be refused.
    private static (string Scheduler, IpvsFlags Flags) SchedulerOf(BalancerKind balancer) => balancer switch
    {
        BalancerKind.RoundRobin => ("rr", IpvsFlags.None),
        BalancerKind.WeightedRoundRobin => ("wrr", IpvsFlags.None),
        BalancerKind.LeastConnections => ("lc", IpvsFlags.None),
        BalancerKind.WeightedLeastConnections => ("wlc", IpvsFlags.None),
        BalancerKind.SourceHash => ("mh", IpvsFlags.Fallback),
        BalancerKind.Maglev => ("mh", IpvsFlags.Fallback | IpvsFlags.Ports),
        _ => throw new ArgumentOutOfRangeException(nameof(balancer), balancer, "there is no such balancer"),
    };

    // The kernel's limit is a day's number of seconds times 31.
    private static uint SecondsOf(TimeSpan? affinity) =>
        affinity is { } time ? (uint)Math.Clamp(Math.Ceiling(time.TotalSeconds), 1, 31 * 86_400) : 0;
}
