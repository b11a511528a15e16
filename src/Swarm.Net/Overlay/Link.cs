using System.Net;
using System.Net.NetworkInformation;

namespace Swarm.Net.Overlay;

/// <summary>A network interface as the kernel tells of it.</summary>
/// <param name="Index">Its number within the namespace.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Kind">What it is, such as <c>vxlan</c>; empty for hardware.</param>
/// <param name="Master">The bridge it is a port of; 0 for none.</param>
/// <param name="Address">Its hardware address.</param>
/// <param name="Mtu">Bytes of its largest packet.</param>
/// <param name="IsUp">Whether it is in use.</param>
/// <param name="Tunnel">What a VXLAN device is; null for others.</param>
internal sealed record Link(
    int Index,
    string Name,
    string Kind,
    int Master,
    PhysicalAddress Address,
    int Mtu,
    bool IsUp,
    Tunnel? Tunnel);

/// <summary>A VXLAN device.</summary>
/// <param name="Vni">The number of its network.</param>
/// <param name="Port">The port of UDP.</param>
/// <param name="Local">The address of this machine that it sends from.</param>
internal sealed record Tunnel(uint Vni, ushort Port, IPAddress Local);

/// <summary>An address of an interface.</summary>
/// <param name="Link">The interface.</param>
/// <param name="Address">The address.</param>
/// <param name="Prefix">Bits of its network.</param>
internal sealed record LinkAddress(int Link, IPAddress Address, int Prefix);

/// <summary>A way to a network.</summary>
/// <param name="Link">The interface.</param>
/// <param name="Target">The network.</param>
/// <param name="Gateway">Who passes on; null when the network is at the interface itself.</param>
internal sealed record Route(int Link, IPNetwork Target, IPAddress? Gateway);

/// <summary>Who is where: behind an address of a network a hardware address, or behind that a machine.</summary>
/// <param name="Link">The interface.</param>
/// <param name="Address">The address, or that of the machine.</param>
/// <param name="Hardware">The hardware address.</param>
internal sealed record Neighbour(int Link, IPAddress Address, PhysicalAddress Hardware);
