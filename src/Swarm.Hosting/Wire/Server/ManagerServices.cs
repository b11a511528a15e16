using Swarm.Certificates.Authority;
using Swarm.Dispatch;

namespace Swarm.Hosting.Wire.Server;

/// <summary>What a manager offers on its port. Each part is asked for anew at every call: leadership comes and goes.</summary>
/// <param name="Cluster">The swarm as this manager knows it; null before it knows it.</param>
/// <param name="Authority">The certificate authority; null while another manager leads.</param>
/// <param name="Dispatcher">The dispatcher; null while another manager leads.</param>
internal sealed record ManagerServices(
    Func<Cluster?> Cluster,
    Func<CertificateAuthority?> Authority,
    Func<Dispatcher?> Dispatcher)
{
    public Cluster RequireCluster() => Cluster()
        ?? throw new SwarmException(SwarmErrorCode.Unavailable, "the manager is still starting; try again");

    public CertificateAuthority RequireAuthority() => Authority() ?? throw NoLeader();

    public Dispatcher RequireDispatcher() => Dispatcher() ?? throw NoLeader();

    private static SwarmException NoLeader() => new(
        SwarmErrorCode.NoLeader,
        "this manager does not lead the swarm; ask another one, or try again when a leader is elected");
}
