using Swarm.Allocation;
using Swarm.Certificates.Access;
using Swarm.Certificates.Authority;
using Swarm.Certificates.Nodes;
using Swarm.Dispatch;
using Swarm.Hosting.Mesh;
using Swarm.Hosting.Replication;
using Swarm.Storage;

namespace Swarm.Hosting.Wire.Server;

/// <summary>What a manager offers on its port. Each part is asked for anew at every call: leadership comes and goes.</summary>
/// <param name="Swarm">The swarm that decides about callers.</param>
/// <param name="Authority">The certificate authority; null while another manager leads.</param>
/// <param name="Dispatcher">The dispatcher; null while another manager leads.</param>
/// <param name="Quorum">The quorum; null before this manager is in it.</param>
/// <param name="Client">The way into the swarm through the leader in this process.</param>
/// <param name="Attachments">Attaches containers of nodes to networks.</param>
/// <param name="View">The store as it is now.</param>
/// <param name="Identity">Who this manager is.</param>
/// <param name="Mesh">What the mesh is.</param>
internal sealed record ManagerServices(
    Func<SwarmMembers> Swarm,
    Func<CertificateAuthority?> Authority,
    Func<Dispatcher?> Dispatcher,
    Func<Quorum?> Quorum,
    ISwarmClient Client,
    ContainerAttachments Attachments,
    Func<ClusterView> View,
    CurrentIdentity Identity,
    MeshDirectory Mesh)
{
    public CertificateAuthority RequireAuthority() => Authority() ?? throw NoLeader();

    public Dispatcher RequireDispatcher() => Dispatcher() ?? throw NoLeader();

    public Quorum RequireQuorum() => Quorum() ?? throw SwarmException.FailedPrecondition(
        "raft: node is not yet part of a raft cluster");

    /// <summary>The way into the swarm, while this manager leads it.</summary>
    public ISwarmClient RequireClient() => Authority() is null ? throw NoLeader() : Client;

    /// <summary>The attachments of containers, while this manager leads the swarm.</summary>
    public ContainerAttachments RequireAttachments() => Authority() is null ? throw NoLeader() : Attachments;

    private static SwarmException NoLeader() => new(
        SwarmErrorCode.NoLeader,
        "this manager does not lead the swarm; ask another one, or try again when a leader is elected");
}
