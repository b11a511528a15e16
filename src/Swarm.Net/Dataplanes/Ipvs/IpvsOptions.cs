namespace Swarm.Net;

/// <summary>Options of <see cref="IpvsDataplane"/>.</summary>
public sealed class IpvsOptions
{
    /// <summary>
    /// The table of nftables, in family <c>inet</c>, that marks packets and records which services are the plane's;
    /// whatever is in it is replaced.
    /// </summary>
    /// <value>Default: <c>swarm_ipvs</c>. Letters, digits and underscores, 1–64, not beginning with a digit.</value>
    public string Table { get; set; } = "swarm_ipvs";

    /// <summary>The bit of the connection mark that tells the plane's connections from others.</summary>
    /// <value>Default: 0x2000_0000, which neither Docker nor Kubernetes uses.</value>
    public uint ConnectionMark { get; set; } = 0x2000_0000;

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
