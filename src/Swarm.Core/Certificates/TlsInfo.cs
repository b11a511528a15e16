using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Swarm.Certificates;

/// <summary>Reads out of certificates what node descriptions and reads of the swarm show.</summary>
internal static class TlsInfo
{
    /// <summary>What a node reports that trusts a root and holds a certificate issued by it.</summary>
    public static NodeTlsInfo Of(string rootCertificate)
    {
        using var certificate = X509Certificate2.CreateFromPem(rootCertificate);
        return new(
            rootCertificate,
            ValueList.Create<byte>(certificate.SubjectName.RawData),
            ValueList.Create<byte>(certificate.PublicKey.ExportSubjectPublicKeyInfo()));
    }

    /// <summary>What a node has to report to be on the root that the swarm uses, or moves to.</summary>
    /// <exception cref="CryptographicException">The root cannot be read.</exception>
    public static NodeTlsInfo Wanted(RootCa root) => Of(root.Rotation?.Certificate ?? root.Certificate);

    /// <summary>True when a node holds a certificate by the same issuer.</summary>
    public static bool HasIssuer(Node node, NodeTlsInfo issuer) => node.Description?.Tls is { } tls
        && tls.CertificateIssuerSubject == issuer.CertificateIssuerSubject
        && tls.CertificateIssuerPublicKey == issuer.CertificateIssuerPublicKey;

    /// <summary>When a certificate ends; null when it cannot be read.</summary>
    public static DateTimeOffset? ExpiryOf(ValueList<byte> pem)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(System.Text.Encoding.UTF8.GetString(pem.AsSpan()));
            return new DateTimeOffset(certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
