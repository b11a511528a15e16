using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Swarm.Certificates;

/// <summary>Makes the certificate that every certificate of a swarm descends from.</summary>
internal static class RootCertificate
{
    public const string CommonName = "swarm-ca";

    /// <summary>Life of a root: 20 years of 365 days (SwarmKit's number).</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromSeconds(630_720_000);

    /// <summary>Certificates are back-dated by this much, for nodes whose clocks are behind.</summary>
    public static readonly TimeSpan BackDate = TimeSpan.FromHours(1);

    /// <summary>A new root with new join tokens.</summary>
    public static RootCa Create(DateTimeOffset now, RandomBytes random)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();

        // To the byte the name that Docker's roots have: some verifiers compare bytes.
        subject.Add("2.5.4.3", CommonName, UniversalTagNumber.PrintableString);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));

        using var certificate = request.CreateSelfSigned(now - BackDate, now + Validity);
        return WithTokens(CertificatePem.Write(certificate), key.ExportPkcs8PrivateKeyPem() + "\n", random);
    }

    /// <summary>A root in force, with join tokens that nobody has yet.</summary>
    public static RootCa WithTokens(string certificate, string key, RandomBytes random) => new()
    {
        Certificate = certificate,
        PrivateKey = key,
        CertificateHash = JoinToken.DigestOf(certificate),
        WorkerJoinToken = JoinToken.Create(certificate, random).ToString(),
        ManagerJoinToken = JoinToken.Create(certificate, random).ToString(),
    };
}
