namespace Swarm.Net.Netlink;

/// <summary>Parts of the kernel that answer by netlink (<c>linux/netlink.h</c>).</summary>
internal enum NetlinkProtocol
{
    /// <summary>Links, addresses, routes and neighbours.</summary>
    Route = 0,

    /// <summary>IPsec.</summary>
    Xfrm = 6,

    /// <summary>Families that are found by name.</summary>
    Generic = 16,
}
