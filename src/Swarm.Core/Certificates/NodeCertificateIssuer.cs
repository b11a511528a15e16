using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Swarm.Certificates;

/// <summary>Who a node certificate is for: what the signer decides, whatever the request says.</summary>
/// <param name="NodeId">The node: common name.</param>
/// <param name="Role">Its role: organizational unit.</param>
/// <param name="ClusterId">Its swarm: organization.</param>
internal readonly record struct NodeIdentity(NodeId NodeId, NodeRole Role, ClusterId ClusterId)
{
    public string OrganizationalUnit => Role == NodeRole.Manager ? "swarm-manager" : "swarm-worker";
}

/// <summary>Signs certificates of nodes with the swarm's root key.</summary>
internal static class NodeCertificateIssuer
{
    /// <summary>Signs a key.</summary>
    /// <returns>The certificate (PEM).</returns>
    /// <exception cref="SwarmException">The root's key is kept elsewhere.</exception>
    public static string Issue(
        RootCa root,
        NodeIdentity identity,
        PublicKey key,
        TimeSpan validity,
        DateTimeOffset now,
        RandomBytes random)
    {
        if (root.PrivateKey.Length == 0)
        {
            throw SwarmException.FailedPrecondition("the key of the swarm's root certificate is not kept in the swarm");
        }

        using var rootCertificate = X509Certificate2.CreateFromPem(root.Certificate);
        using var rootKey = ECDsa.Create();
        rootKey.ImportFromPem(root.PrivateKey);
        var end = new DateTimeOffset(rootCertificate.NotAfter.ToUniversalTime(), TimeSpan.Zero);
        using var certificate = Describe(identity, key, rootCertificate).Create(
            rootCertificate.SubjectName,
            X509SignatureGenerator.CreateForECDsa(rootKey),
            now - RootCertificate.BackDate,
            now + validity < end ? now + validity : end,
            NewSerial(random));
        return certificate.ExportCertificatePem() + "\n";
    }

    /// <summary>Takes the key out of a signing request; nothing else in it is believed.</summary>
    /// <exception cref="SwarmException">It is not a request, or not signed with its own key.</exception>
    public static PublicKey ReadKey(string signingRequest)
    {
        try
        {
            return CertificateRequest.LoadSigningRequestPem(signingRequest, HashAlgorithmName.SHA256).PublicKey;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new SwarmException(
                SwarmErrorCode.InvalidArgument,
                "the certificate signing request could not be read",
                exception);
        }
    }

    private static CertificateRequest Describe(NodeIdentity identity, PublicKey key, X509Certificate2 root)
    {
        // The builder encodes what is added last first; the common name ends up last, as in every node certificate.
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(identity.NodeId.Value);
        subject.AddOrganizationalUnitName(identity.OrganizationalUnit);
        subject.AddOrganizationName(identity.ClusterId.Value);

        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(identity.OrganizationalUnit);
        names.AddDnsName(identity.NodeId.Value);
        if (identity.Role == NodeRole.Manager)
        {
            names.AddDnsName(RootCertificate.CommonName);
        }

        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment,
            critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid("1.3.6.1.5.5.7.3.1", "serverAuth"), new Oid("1.3.6.1.5.5.7.3.2", "clientAuth")],
            critical: false));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(key, critical: false));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, true, includeIssuerAndSerial: false));
        request.CertificateExtensions.Add(names.Build());
        return request;
    }

    // Positive, as serial numbers have to be, and never zero.
    private static byte[] NewSerial(RandomBytes random)
    {
        var serial = new byte[16];
        random(serial);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        return serial;
    }
}
