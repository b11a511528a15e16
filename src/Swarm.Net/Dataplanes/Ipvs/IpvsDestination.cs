using System.Net;

namespace Swarm.Net.Ipvs;

/// <summary>A back end as the kernel has it.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Port">Its port.</param>
/// <param name="Weight">Its weight; 0 keeps it from new connections.</param>
internal readonly record struct IpvsDestination(IPAddress Address, int Port, uint Weight)
{
    /// <summary>Connections that are established.</summary>
    public uint Active { get; init; }

    /// <summary>Others that are remembered; all flows of UDP are of this kind.</summary>
    public uint Inactive { get; init; }

    /// <summary>Connections since it is known.</summary>
    public ulong Total { get; init; }
}
