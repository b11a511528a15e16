using System.Security.Cryptography.X509Certificates;

namespace Swarm.Certificates.Nodes;

/// <summary>Looks at a certificate that came from a manager before it replaces anything.</summary>
internal static class IssuedIdentity
{
    /// <summary>Checks key, chain, clock and subject. A certificate by a newer root brings the newer root with it.</summary>
    /// <param name="issued">What came.</param>
    /// <param name="root">The root that the node trusts (PEM).</param>
    /// <param name="self">The node's present identity; null when it joins.</param>
    /// <param name="exchange">Asks a verified manager for the newer root.</param>
    /// <param name="time">This machine's clock.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    /// <exception cref="SwarmException">The certificate is of no use.</exception>
    public static async Task<NodeIdentity> AcceptAsync(
        IssuedCertificate issued,
        string root,
        NodeIdentity? self,
        CertificateExchange exchange,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var identity = TryCreate(issued, root, time.GetUtcNow());
        if (identity is null)
        {
            // The rotation ended in between. Who hands out the new root has proved itself under the old one.
            var newer = await exchange.GetRootAsync(root, self, cancellationToken);
            self?.WithNewer(newer, time.GetUtcNow());
            identity = TryCreate(issued, newer, time.GetUtcNow()) ?? throw Refused(
                $"the certificate for node {issued.NodeId} is not signed by the swarm's root");
        }

        return identity.NodeId != issued.NodeId || (self is not null && self.ClusterId != identity.ClusterId)
            ? throw Refused($"the manager issued a certificate for {identity}, not for node {issued.NodeId}")
            : identity;
    }

    private static NodeIdentity? TryCreate(IssuedCertificate issued, string root, DateTimeOffset now)
    {
        try
        {
            return NodeIdentity.Create(root, issued.Chain, issued.PrivateKey, now);
        }
        catch (InvalidIdentityException exception) when (exception.Fault == ChainFault.Untrusted)
        {
            return null;
        }
        catch (InvalidIdentityException exception)
        {
            throw Refused(exception.Message + ClockText(issued.Chain, exception.Fault, now));
        }
    }

    // A certificate that was just made tells the time of who made it.
    private static string ClockText(string chain, ChainFault fault, DateTimeOffset now)
    {
        if (fault is not (ChainFault.NotYetValid or ChainFault.Expired))
        {
            return "";
        }

        using var leaf = X509Certificate2.CreateFromPem(chain);
        var skew = ClockSkew.Describe(now, ClockSkew.SignerClock(CertificateChain.NotBefore(leaf)));
        return skew.Length == 0 ? "" : $"; {skew}";
    }

    // The present certificate has to lead to the newer root too, as every member's does at the end of a rotation.
    private static void WithNewer(this NodeIdentity self, string root, DateTimeOffset now)
    {
        try
        {
            self.WithRoot(root, now);
        }
        catch (InvalidIdentityException exception)
        {
            throw Refused($"the new root certificate does not match this node's certificate: {exception.Message}");
        }
    }

    private static SwarmException Refused(string text) => new(SwarmErrorCode.PermissionDenied, text);
}
