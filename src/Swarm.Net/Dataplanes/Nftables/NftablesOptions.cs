namespace Swarm.Net;

/// <summary>Options of <see cref="NftablesDataplane"/>.</summary>
public sealed class NftablesOptions
{
    /// <summary>The table that the plane owns, in family <c>inet</c>; whatever is in it is replaced.</summary>
    /// <value>Default: <c>swarm</c>. Letters, digits and underscores, 1–64, not beginning with a digit.</value>
    public string Table { get; set; } = "swarm";

    /// <summary>The bit of the connection mark that tells the plane's connections from others.</summary>
    /// <value>Default: 0x2000_0000, which neither Docker nor Kubernetes uses.</value>
    public uint ConnectionMark { get; set; } = 0x2000_0000;

    /// <summary>
    /// Lets clients elsewhere reach back ends at loopback addresses of this machine, and clients of front ends at
    /// loopback addresses back ends elsewhere: sets <c>net.ipv4.conf.all.route_localnet</c>, and drops what arrives for
    /// a loopback address from outside.
    /// </summary>
    /// <value>Default: false.</value>
    public bool RoutesLoopback { get; set; }

    /// <summary>The program <c>nft</c>, 1.0 or later.</summary>
    /// <value>Default: found by the search path.</value>
    public string Nft { get; set; } = "nft";

    /// <summary>The program <c>conntrack</c>.</summary>
    /// <value>Default: found by the search path.</value>
    public string Conntrack { get; set; } = "conntrack";

    /// <summary>The clock.</summary>
    /// <value>Default: the system's.</value>
    public TimeProvider Time { get; set; } = TimeProvider.System;
}
