using System.Collections.Immutable;
using System.Net;

namespace Swarm.Net;

/// <summary>All that an overlay is to be on this machine.</summary>
/// <param name="Networks">The networks that members of this machine are on; no id and no VNI twice.</param>
/// <param name="Members">What is on them here; no name twice.</param>
public sealed record OverlayState(ImmutableArray<OverlayNetwork> Networks, ImmutableArray<OverlayMember> Members)
{
    /// <summary>Nothing at all.</summary>
    public static OverlayState Empty { get; } = new([], []);

    /// <summary>Keys of encrypted networks, the one that is sent with first; the others are understood.</summary>
    /// <value>Default: none, and then nothing can be on encrypted networks.</value>
    public ImmutableArray<OverlayKey> Keys { get; init; } = [];
}

/// <summary>A network that reaches over machines.</summary>
/// <param name="Id">Whatever the caller knows it by.</param>
/// <param name="Vni">Its number on the wire (VXLAN network identifier), 1–16,777,215; the same on all machines.</param>
/// <param name="Subnets">Its addresses, IPv4, as <c>10.0.1.0/24</c>; at least one. All are one segment.</param>
public sealed record OverlayNetwork(string Id, int Vni, ImmutableArray<IPNetwork> Subnets)
{
    /// <summary>Largest packet of networks that say nothing of it: 1,500 bytes without the frame and the tunnel.</summary>
    public const int UsualMtu = 1_450;

    /// <summary>The same of encrypted networks: what ESP adds is taken off, too.</summary>
    public const int UsualEncryptedMtu = 1_424;

    /// <summary>Addresses that this machine answers on the network, such as its gateway; each machine has them.</summary>
    /// <value>Default: none.</value>
    public ImmutableArray<IPAddress> Gateways { get; init; } = [];

    /// <summary>Bytes of the largest packet, 576–65,535.</summary>
    /// <value>Default: <see cref="UsualMtu"/>.</value>
    public int Mtu { get; init; } = UsualMtu;

    /// <summary>Nothing of it may be on the wire in the clear.</summary>
    /// <value>Default: false.</value>
    public bool IsEncrypted { get; init; }

    /// <summary>What is on it on other machines.</summary>
    /// <value>Default: none.</value>
    public ImmutableArray<OverlayPeer> Peers { get; init; } = [];

    /// <summary>Addresses that stand for several others.</summary>
    /// <value>Default: none.</value>
    public ImmutableArray<OverlayService> Services { get; init; } = [];
}

/// <summary>A member of a network on another machine.</summary>
/// <param name="Address">Its address on the network.</param>
/// <param name="Machine">The address of its machine.</param>
public sealed record OverlayPeer(IPAddress Address, IPAddress Machine);

/// <summary>A virtual address: what is sent there, to whatever port, goes to one of several members in turn.</summary>
/// <param name="Address">The address, of a subnet of the network and no member's.</param>
/// <param name="Backends">The members, on whatever machines. Without any, connections are refused.</param>
public sealed record OverlayService(IPAddress Address, ImmutableArray<IPAddress> Backends);

/// <summary>Something on this machine that has a network namespace of its own, such as a process.</summary>
/// <param name="Name">Its name; letters and digits, 1–64.</param>
/// <param name="Endpoints">Where it is, in the order of its interfaces <c>eth0</c>, <c>eth1</c>, …</param>
public sealed record OverlayMember(string Name, ImmutableArray<OverlayEndpoint> Endpoints)
{
    /// <summary>Whether it reaches what is outside of its networks, with the machine's address.</summary>
    /// <value>Default: true.</value>
    public bool HasWayOut { get; init; } = true;
}

/// <summary>A place on a network.</summary>
/// <param name="Network">The network's id.</param>
/// <param name="Address">The address there.</param>
public sealed record OverlayEndpoint(string Network, IPAddress Address);

/// <summary>A key that machines share.</summary>
/// <param name="Tag">Its number; keys of one number are the same on all machines.</param>
/// <param name="Secret">The key, at least 16 bytes.</param>
public sealed record OverlayKey(ulong Tag, ImmutableArray<byte> Secret);
