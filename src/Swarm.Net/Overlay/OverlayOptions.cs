using System.Net;

namespace Swarm.Net;

/// <summary>Options of <see cref="VxlanOverlay"/>.</summary>
/// <param name="owner">
/// Whose the overlay is: a part of all names, by which it finds again what is its own. Letters and digits, 1–10; no two
/// of one machine may have the same.
/// </param>
/// <param name="address">The address of this machine that others send to, IPv4.</param>
public sealed class OverlayOptions(string owner, IPAddress address)
{
    /// <summary>Whose the overlay is.</summary>
    public string Owner { get; } = owner;

    /// <summary>The address of this machine that others send to.</summary>
    public IPAddress Address { get; } = address;

    /// <summary>The port of UDP that all machines use.</summary>
    /// <value>Default: 4789 (Docker's, and VXLAN's by standard).</value>
    public int Port { get; set; } = 4_789;

    /// <summary>The network namespace that has <see cref="Address"/>, as a path.</summary>
    /// <value>Default: null, the one that this process is in.</value>
    public string? Namespace { get; set; }

    /// <summary>Where namespaces have their names.</summary>
    /// <value>Default: <c>/run/netns</c>, where <c>ip netns</c> looks.</value>
    public string Directory { get; set; } = "/run/netns";

    /// <summary>
    /// Where the subnet comes from that members reach the outside by, and are reached by from this machine: the first
    /// free one of the size of <see cref="OutsidePrefix"/>, which is kept as long as it is in use.
    /// </summary>
    /// <value>Default: 172.24.0.0/13.</value>
    public IPNetwork OutsidePool { get; set; } = new(new IPAddress([172, 24, 0, 0]), 13);

    /// <summary>Bits of the network of that subnet.</summary>
    /// <value>Default: 20, which is 4,093 members.</value>
    public int OutsidePrefix { get; set; } = 20;

    /// <summary>The program <c>nft</c>, 1.0 or later.</summary>
    /// <value>Default: found by the search path.</value>
    public string Nft { get; set; } = "nft";

    /// <summary>The program <c>conntrack</c>.</summary>
    /// <value>Default: found by the search path.</value>
    public string Conntrack { get; set; } = "conntrack";
}
