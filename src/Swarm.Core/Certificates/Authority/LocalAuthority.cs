using Swarm.Certificates.Access;
using Swarm.Certificates.Nodes;

namespace Swarm.Certificates.Authority;

/// <summary>
/// The way to an authority in the same process. Certificates are verified and calls authorized as over the network;
/// only bytes do not travel.
/// </summary>
/// <param name="authority">The authority; null while there is no leader here.</param>
/// <param name="swarm">The swarm as the authority knows it.</param>
/// <param name="time">The clock of the managers.</param>
internal sealed class LocalAuthority(Func<CertificateAuthority?> authority, Func<Cluster?> swarm, TimeProvider time)
    : IAuthorityConnector
{
    private const string Authority = "/docker.swarmkit.v1.CA/";
    private const string NodeAuthority = "/docker.swarmkit.v1.NodeCA/";

    public ValueTask<RootAnswer> FetchRootAsync(CancellationToken cancellationToken) =>
        new(new RootAnswer(Leader().GetRootCertificate(), time.GetUtcNow()));

    public ValueTask<ICertificateAuthority> ConnectAsync(
        string root,
        NodeIdentity? self,
        CancellationToken cancellationToken)
    {
        var leader = Leader();
        var cluster = swarm() ?? throw NoLeader();
        if (self is null)
        {
            return new(new Connection(leader, swarm, RpcPeer.Anonymous));
        }

        var chain = CertificatePem.Read(self.Certificate);
        try
        {
            var subject = PeerVerification.RequireMember(chain, cluster, time.GetUtcNow());
            return new(new Connection(leader, swarm, RpcPeer.With(subject)));
        }
        finally
        {
            CertificatePem.Dispose(chain);
        }
    }

    private CertificateAuthority Leader() => authority() ?? throw NoLeader();

    private static SwarmException NoLeader() => new(SwarmErrorCode.Unavailable, "CA signer is stopped");

    private sealed class Connection(CertificateAuthority authority, Func<Cluster?> swarm, RpcPeer peer)
        : ICertificateAuthority
    {
        public ValueTask<string> GetRootCertificateAsync(CancellationToken cancellationToken)
        {
            Authorize(Authority + "GetRootCACertificate");
            return new(authority.GetRootCertificate());
        }

        public ValueTask<IssueAnswer> IssueAsync(IssueRequest request, CancellationToken cancellationToken)
        {
            Authorize(NodeAuthority + "IssueNodeCertificate");
            return new(authority.IssueAsync(request, peer, cancellationToken));
        }

        public ValueTask<NodeCertificate> GetStatusAsync(NodeId node, CancellationToken cancellationToken)
        {
            Authorize(NodeAuthority + "NodeCertificateStatus");
            return new(authority.GetStatusAsync(node, cancellationToken));
        }

        public ValueTask<UnlockKeyAnswer> GetUnlockKeyAsync(CancellationToken cancellationToken)
        {
            Authorize(Authority + "GetUnlockKey");
            return new(authority.GetUnlockKey());
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private void Authorize(string method) =>
            RpcAuthorization.Authorize(method, peer, SwarmMembers.Of(swarm() ?? throw NoLeader()));
    }
}
