using System.Security.Cryptography.X509Certificates;

namespace Swarm.Certificates.Access;

/// <summary>Verifies the other side of a TLS session. Made for the certificate callbacks of servers and clients.</summary>
internal static class PeerVerification
{
    /// <summary>Verifies the certificate of a member that calls, and finds out who it is.</summary>
    /// <param name="chain">What the peer sent, leaf first.</param>
    /// <param name="swarm">The swarm, as this manager knows it.</param>
    /// <param name="now">Time of this machine.</param>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.PermissionDenied"/>: the text says whether root, clock, swarm or a removal is to blame.
    /// </exception>
    public static CertificateSubject RequireMember(X509Certificate2Collection chain, Cluster swarm, DateTimeOffset now)
    {
        var subject = RequireTrusted(chain, swarm.RootCa.Certificate, now);
        return RpcAuthorization.TryFindMember(
            RpcPeer.With(subject),
            SwarmMembers.Of(swarm),
            RpcRoles.Member,
            out _,
            out var refusal)
                ? subject
                : throw refusal;
    }

    /// <summary>Verifies that a server is a manager of the swarm with the given root.</summary>
    /// <param name="chain">What the server sent, leaf first.</param>
    /// <param name="root">The root that this node trusts (PEM).</param>
    /// <param name="clusterId">The swarm that this node is in; empty before it is in one.</param>
    /// <param name="now">Time of this machine.</param>
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.PermissionDenied"/>.</exception>
    public static CertificateSubject RequireManager(
        X509Certificate2Collection chain,
        string root,
        ClusterId clusterId,
        DateTimeOffset now)
    {
        var subject = RequireTrusted(chain, root, now);
        if (subject.Role != NodeRole.Manager)
        {
            throw Denied($"node {subject.NodeId} is not a manager");
        }

        return clusterId.IsEmpty || clusterId == subject.ClusterId
            ? subject
            : throw Denied($"remote certificate not part of organization: {clusterId}");
    }

    private static CertificateSubject RequireTrusted(X509Certificate2Collection chain, string root, DateTimeOffset now)
    {
        if (chain.Count is 0 or > CertificatePem.MaxCertificates)
        {
            throw Denied("no client certificates in request");
        }

        var roots = CertificatePem.Read(root);
        try
        {
            var check = CertificateChain.Check(chain, roots, now);
            return check.Fault == ChainFault.None
                ? check.Subject ?? throw Denied("remote certificate is not that of a node")
                : throw Denied(check.Text);
        }
        finally
        {
            CertificatePem.Dispose(roots);
        }
    }

    private static SwarmException Denied(string reason) =>
        new(SwarmErrorCode.PermissionDenied, $"Permission denied: {reason}");
}
