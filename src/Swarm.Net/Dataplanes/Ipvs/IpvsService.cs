namespace Swarm.Net.Ipvs;

/// <summary>A virtual service of the kernel, for packets with a mark.</summary>
/// <param name="Mark">The mark.</param>
/// <param name="IsV6">Of which family its packets are.</param>
/// <param name="Scheduler">How it chooses.</param>
/// <param name="Flags">What the scheduler is told, and whether clients stay.</param>
/// <param name="Timeout">Seconds that a client stays.</param>
internal sealed record IpvsService(uint Mark, bool IsV6, string Scheduler, IpvsFlags Flags = default, uint Timeout = 0);

/// <summary>Flags of services (<c>linux/ip_vs.h</c>).</summary>
[Flags]
internal enum IpvsFlags : uint
{
    None = 0,

    /// <summary>A client stays at its back end for a time.</summary>
    Persistent = 1,

    /// <summary>For <c>mh</c>: whoever's back end gets nothing new is given another one.</summary>
    Fallback = 8,

    /// <summary>For <c>mh</c>: the client's port counts, too.</summary>
    Ports = 16,

    /// <summary>Those that are ours to say.</summary>
    Settable = Persistent | Fallback | Ports,
}
