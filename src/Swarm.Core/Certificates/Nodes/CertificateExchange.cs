using System.Text;

namespace Swarm.Certificates.Nodes;

/// <summary>Gets a certificate from the managers: one request, then questions until it is there.</summary>
internal sealed class CertificateExchange(IAuthorityConnector connector, Random random, TimeProvider time)
{
    /// <summary>Attempts to hand in a request (SwarmKit's number).</summary>
    private const int MaxAttempts = 5;

    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MaxPollDelay = TimeSpan.FromSeconds(30);

    /// <summary>Gets a certificate for a new key.</summary>
    /// <param name="root">The root that managers have to prove themselves under.</param>
    /// <param name="self">The node's certificate; null when it has none and comes with a token.</param>
    /// <param name="token">The join token; empty for renewals.</param>
    /// <param name="availability">Availability of a new node.</param>
    /// <param name="cancellationToken">Ends the wait, which lasts as long as the node waits for approval.</param>
    /// <exception cref="SwarmException">The managers refuse, or cannot be reached.</exception>
    public async Task<IssuedCertificate> RequestAsync(
        string root,
        NodeIdentity? self,
        string token,
        NodeAvailability availability,
        CancellationToken cancellationToken)
    {
        var (privateKey, text) = SigningRequest.Create();
        var request = new IssueRequest(ValueList.Create<byte>(Encoding.UTF8.GetBytes(text)), token, availability);
        var answer = await RetryAsync(
            () => CallAsync(root, self, (authority, stop) => authority.IssueAsync(request, stop), cancellationToken),
            cancellationToken);
        if (self is not null && answer.NodeId != self.NodeId)
        {
            throw new SwarmException(
                SwarmErrorCode.PermissionDenied,
                $"the manager answered node {self.NodeId} with a certificate for node {answer.NodeId}");
        }

        var certificate = await WaitAsync(root, self, request, answer.NodeId, cancellationToken);
        return new(answer.NodeId, privateKey, Encoding.UTF8.GetString(certificate.Pem.AsSpan()));
    }

    /// <summary>The root that the swarm hands out now, from a manager that has proved itself under the present one.</summary>
    public ValueTask<string> GetRootAsync(string root, NodeIdentity? self, CancellationToken cancellationToken) =>
        CallAsync(root, self, (authority, stop) => authority.GetRootCertificateAsync(stop), cancellationToken);

    /// <summary>The key that a manager's own key is to be encrypted with.</summary>
    public async Task<KeyEncryptionKey> GetUnlockKeyAsync(NodeIdentity self, CancellationToken cancellationToken)
    {
        var answer = await RetryAsync(
            () => CallAsync(
                self.Root,
                self,
                (authority, stop) => authority.GetUnlockKeyAsync(stop),
                cancellationToken),
            cancellationToken);
        return new(answer.Key, answer.Version.Index);
    }

    /// <summary>Tries again while trying again can help.</summary>
    public async Task<T> RetryAsync<T>(Func<ValueTask<T>> call, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (SwarmException exception) when (attempt < MaxAttempts
                && exception.Code is SwarmErrorCode.Unavailable or SwarmErrorCode.NoLeader)
            {
                await Task.Delay(RetryDelay, time, cancellationToken);
            }
        }
    }

    private async Task<NodeCertificate> WaitAsync(
        string root,
        NodeIdentity? self,
        IssueRequest request,
        NodeId node,
        CancellationToken cancellationToken)
    {
        for (var delay = TimeSpan.FromSeconds(1); ; delay = delay * 2 < MaxPollDelay ? delay * 2 : MaxPollDelay)
        {
            var certificate = await TryGetStatusAsync(root, self, node, cancellationToken);

            // A certificate for another request is one that was issued before, or for a clone of this node.
            if (certificate is not null && certificate.SigningRequest == request.SigningRequest)
            {
                switch (certificate.State)
                {
                    case IssuanceState.Issued or IssuanceState.Rotate:
                        return certificate;
                    case IssuanceState.Failed:
                        throw SwarmException.FailedPrecondition(
                            $"the swarm refuses a certificate to node {node}: {certificate.Error}");
                    default:
                        break;
                }
            }

            await Task.Delay(delay * (0.5 + (random.NextDouble() / 2)), time, cancellationToken);
        }
    }

    private async Task<NodeCertificate?> TryGetStatusAsync(
        string root,
        NodeIdentity? self,
        NodeId node,
        CancellationToken cancellationToken)
    {
        try
        {
            return await CallAsync(
                root,
                self,
                (authority, stop) => authority.GetStatusAsync(node, stop),
                cancellationToken);
        }
        catch (SwarmException exception) when (exception.Code
            is SwarmErrorCode.Unavailable or SwarmErrorCode.NoLeader or SwarmErrorCode.ResourceExhausted)
        {
            return null;
        }
    }

    private async ValueTask<T> CallAsync<T>(
        string root,
        NodeIdentity? self,
        Func<ICertificateAuthority, CancellationToken, ValueTask<T>> call,
        CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(CallTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await using var authority = await connector.ConnectAsync(root, self, either.Token);
            return await call(authority, either.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SwarmException(
                SwarmErrorCode.Unavailable,
                $"no manager answered within {CallTimeout.TotalSeconds:0} s",
                exception);
        }
    }
}

/// <summary>A certificate fresh from the managers, not yet looked at.</summary>
/// <param name="NodeId">Who it should be for.</param>
/// <param name="PrivateKey">The key (PEM).</param>
/// <param name="Chain">The certificate with what leads to a root (PEM).</param>
internal sealed record IssuedCertificate(NodeId NodeId, string PrivateKey, string Chain)
{
    public override string ToString() => $"IssuedCertificate {{ {NodeId} }}";
}
