namespace Swarm.Certificates.Nodes;

/// <summary>
/// Makes a node a member: first the swarm proves itself by its root certificate, then a manager by that root, and only
/// then the node shows its token.
/// </summary>
internal sealed class NodeJoin(
    IAuthorityConnector connector,
    IdentityFiles files,
    Random random,
    TimeProvider time)
{
    private readonly CertificateExchange _exchange = new(connector, random, time);

    /// <summary>Joins and keeps the identity on disk.</summary>
    /// <param name="token">The join token.</param>
    /// <param name="availability">Availability of the node.</param>
    /// <param name="cancellationToken">Ends the attempt; a join that waits for approval waits until then.</param>
    /// <returns>The identity, and what its key is encrypted with on disk.</returns>
    /// <exception cref="SwarmException">The text says what to do: token, authority, clock, or no manager there.</exception>
    public async Task<(NodeIdentity Identity, KeyEncryptionKey Encryption)> RunAsync(
        string token,
        NodeAvailability availability,
        CancellationToken cancellationToken)
    {
        var wanted = JoinToken.Parse(token);
        var answer = await _exchange.RetryAsync(() => connector.FetchRootAsync(cancellationToken), cancellationToken);
        if (answer.Certificate.Length > CertificatePem.MaxLength
            || !JoinToken.Same(JoinToken.DigestOf(answer.Certificate), wanted.RootDigest))
        {
            throw new SwarmException(
                SwarmErrorCode.PermissionDenied,
                $"remote CA does not match fingerprint. Expected: {wanted.RootDigest}");
        }

        try
        {
            var issued = await _exchange.RequestAsync(
                answer.Certificate,
                null,
                token,
                availability,
                cancellationToken);
            return await KeepAsync(issued, answer.Certificate, cancellationToken);
        }
        catch (SwarmException exception) when (exception.Code == SwarmErrorCode.PermissionDenied
            && answer.Clock is { } clock
            && ClockSkew.Describe(time.GetUtcNow(), clock) is { Length: > 0 } skew)
        {
            throw new SwarmException(exception.Code, $"{exception.Message}; {skew}", exception);
        }
    }

    private async Task<(NodeIdentity Identity, KeyEncryptionKey Encryption)> KeepAsync(
        IssuedCertificate issued,
        string root,
        CancellationToken cancellationToken)
    {
        var identity = await IssuedIdentity.AcceptAsync(issued, root, null, _exchange, time, cancellationToken);
        var encryption = identity.Role == NodeRole.Manager
            ? await _exchange.GetUnlockKeyAsync(identity, cancellationToken)
            : KeyEncryptionKey.None;
        files.SaveRoot(identity.Root);
        files.Save(identity, KeyEncryptionKey.None, encryption);
        return (identity, encryption);
    }
}
