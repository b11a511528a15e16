namespace Swarm.Hosting;

/// <summary>What answers published ports on a node that runs processes.</summary>
public enum MeshDataplane
{
    /// <summary>This process: no privileges, every balancer, and clients are told by the PROXY protocol.</summary>
    Userspace = 0,

    /// <summary>
    /// The kernel, by nftables: needs root, and the programs <c>nft</c> and <c>conntrack</c>. What the kernel cannot do
    /// (least connections, the PROXY protocol) is still done by this process. Sets
    /// <c>net.ipv4.conf.all.route_localnet</c>, since tasks may listen at 127.0.0.1, and drops what comes for such an
    /// address from outside.
    /// </summary>
    Nftables = 1,

    /// <summary>
    /// The kernel, by IPVS: needs root, the module <c>ip_vs</c>, and the programs <c>nft</c> and <c>conntrack</c>. What
    /// the kernel cannot do (the PROXY protocol, and whatever has a task on this node for clients elsewhere, since
    /// tasks may listen at 127.0.0.1) is still done by this process.
    /// </summary>
    Ipvs = 2,
}
