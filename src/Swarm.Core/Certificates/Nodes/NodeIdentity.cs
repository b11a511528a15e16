using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Swarm.Certificates.Nodes;

/// <summary>
/// Who a node is: its key, its certificate with what leads to the root, and the root it trusts. Always consistent: the
/// key belongs to the certificate, the certificate to the root.
/// </summary>
internal sealed record NodeIdentity
{
    private NodeIdentity()
    {
    }

    public required NodeId NodeId { get; init; }

    public required NodeRole Role { get; init; }

    public required ClusterId ClusterId { get; init; }

    /// <summary>The key (PKCS#8, PEM), not encrypted.</summary>
    public required string PrivateKey { get; init; }

    /// <summary>The certificate, followed by what leads to the root (PEM).</summary>
    public required string Certificate { get; init; }

    /// <summary>The root that the node trusts (PEM).</summary>
    public required string Root { get; init; }

    public required DateTimeOffset NotBefore { get; init; }

    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>What the node reports of its certificate: by this the managers follow a rotation of the root.</summary>
    public required NodeTlsInfo TlsInfo { get; init; }

    public CertificateSubject Subject => new(NodeId, Role, ClusterId);

    /// <summary>Puts an identity together.</summary>
    /// <param name="root">The trusted root (PEM).</param>
    /// <param name="certificate">The chain (PEM).</param>
    /// <param name="privateKey">The key (PEM).</param>
    /// <param name="now">Time of this machine.</param>
    /// <param name="allowExpired">Accept a certificate that was valid once.</param>
    /// <exception cref="InvalidIdentityException">The parts are unreadable, do not belong together, or not to now.</exception>
    public static NodeIdentity Create(
        string root,
        string certificate,
        string privateKey,
        DateTimeOffset now,
        bool allowExpired = false)
    {
        var check = CertificateChain.Check(certificate, root, now, allowExpired);
        if (check.Fault != ChainFault.None)
        {
            throw new InvalidIdentityException(check.Fault, check.Text);
        }

        if (check.Subject is not { } subject)
        {
            throw new InvalidIdentityException(ChainFault.Unreadable, "the certificate is not that of a node");
        }

        using var leaf = X509Certificate2.CreateFromPem(certificate);
        return new()
        {
            NodeId = subject.NodeId,
            Role = subject.Role,
            ClusterId = subject.ClusterId,
            PrivateKey = RequireMatch(privateKey, leaf),
            Certificate = CertificatePem.Normalize(certificate),
            Root = root,
            NotBefore = CertificateChain.NotBefore(leaf),
            NotAfter = CertificateChain.NotAfter(leaf),
            TlsInfo = new(root, check.IssuerSubject, check.IssuerPublicKey),
        };
    }

    /// <summary>The same node under another root, which must be one that its certificate leads to.</summary>
    /// <inheritdoc cref="Create" path="/exception"/>
    public NodeIdentity WithRoot(string root, DateTimeOffset now) => Create(root, Certificate, PrivateKey, now);

    /// <summary>The certificate with its key, for TLS; the caller disposes of it.</summary>
    public X509Certificate2 ToTlsCertificate() => X509Certificate2.CreateFromPem(Certificate, PrivateKey);

    /// <summary>What goes out after the certificate in TLS; the caller disposes of it.</summary>
    public X509Certificate2Collection ToTlsIntermediates()
    {
        var chain = CertificatePem.Read(Certificate);
        chain[0].Dispose();
        chain.RemoveAt(0);
        return chain;
    }

    /// <summary>Everything but the key.</summary>
    public override string ToString() => $"NodeIdentity {{ {NodeId}, {Role}, {ClusterId}, until {NotAfter:O} }}";

    private static string RequireMatch(string privateKey, X509Certificate2 leaf)
    {
        try
        {
            using var key = CertificateKey.ReadPrivate(privateKey);
            return CertificateKey.Matches(key, leaf.PublicKey)
                ? key.ExportPkcs8PrivateKeyPem() + "\n"
                : throw new InvalidIdentityException(
                    ChainFault.Unreadable,
                    "the key of the node does not belong to its certificate");
        }
        catch (CryptographicException exception)
        {
            throw new InvalidIdentityException(
                ChainFault.Unreadable,
                $"the key of the node could not be read: {exception.Message}");
        }
    }
}

/// <summary>A certificate that this node cannot use.</summary>
internal sealed class InvalidIdentityException(ChainFault fault, string message) : Exception(message)
{
    public ChainFault Fault { get; } = fault;
}
