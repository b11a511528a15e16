namespace Swarm.Certificates.Nodes;

/// <summary>
/// A manager that has proved under a given root that it is one: SwarmKit's CA and NodeCA services over a verified
/// connection. Only here does a node let go of its token.
/// </summary>
internal interface ICertificateAuthority : IAsyncDisposable
{
    /// <summary>The root certificate (PEM) that the swarm hands out now.</summary>
    ValueTask<string> GetRootCertificateAsync(CancellationToken cancellationToken);

    /// <summary>Asks for a certificate: with a token for a new node, with the connection's own certificate else.</summary>
    ValueTask<IssueAnswer> IssueAsync(IssueRequest request, CancellationToken cancellationToken);

    /// <summary>Waits for a certificate; returns what there is when it takes long.</summary>
    ValueTask<NodeCertificate> GetStatusAsync(NodeId node, CancellationToken cancellationToken);

    /// <summary>Asks for the key that managers encrypt their own key with. For managers.</summary>
    ValueTask<UnlockKeyAnswer> GetUnlockKeyAsync(CancellationToken cancellationToken);
}

/// <summary>The ways to a manager. Each call may reach another one.</summary>
internal interface IAuthorityConnector
{
    /// <summary>Asks whoever answers for the root certificate. Nothing is verified, so nothing is told.</summary>
    ValueTask<RootAnswer> FetchRootAsync(CancellationToken cancellationToken);

    /// <summary>Connects to a manager that proves to be one under the root; with the node's certificate if it has one.</summary>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.Unavailable"/>: nobody answers; <see cref="SwarmErrorCode.PermissionDenied"/>: who
    /// answers is no manager of that swarm, or one of the clocks is wrong.
    /// </exception>
    ValueTask<ICertificateAuthority> ConnectAsync(
        string root,
        NodeIdentity? self,
        CancellationToken cancellationToken);
}

/// <summary>What an unverified manager said.</summary>
/// <param name="Certificate">A root certificate (PEM), as it came: its digest covers every byte.</param>
/// <param name="Clock">The manager's clock, where the transport tells it.</param>
internal sealed record RootAnswer(string Certificate, DateTimeOffset? Clock = null);

/// <summary>A request for a certificate.</summary>
/// <param name="SigningRequest">The request (PEM).</param>
/// <param name="Token">The join token; empty for renewals.</param>
/// <param name="Availability">Availability of a new node.</param>
internal sealed record IssueRequest(
    ValueList<byte> SigningRequest,
    string Token = "",
    NodeAvailability Availability = NodeAvailability.Active)
{
    public override string ToString() => nameof(IssueRequest);
}

/// <summary>Who the certificate will be for.</summary>
internal sealed record IssueAnswer(NodeId NodeId, NodeMembership Membership);

/// <summary>The key that unlocks managers.</summary>
/// <param name="Key">The key; empty without auto-lock.</param>
/// <param name="Version">Version of the cluster object it is from: only a higher one replaces it.</param>
internal sealed record UnlockKeyAnswer(ValueList<byte> Key, ObjectVersion Version)
{
    public override string ToString() => nameof(UnlockKeyAnswer);
}
