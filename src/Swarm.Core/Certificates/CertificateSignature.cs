using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Swarm.Certificates;

/// <summary>Whether one certificate's key has signed another certificate.</summary>
internal static class CertificateSignature
{
    /// <summary>
    /// True for an authority that one of the roots has signed and that has the root's own name, as every new root of a
    /// swarm has. Verifiers that go by names take such a certificate for a root itself when it does not name the key of
    /// its issuer, and those made by SwarmKit do not.
    /// </summary>
    public static bool IsCrossSigned(X509Certificate2 authority, X509Certificate2Collection roots, DateTimeOffset at) =>
        IsAuthority(authority, minPathLength: 0)
        && authority.SubjectName.RawData.AsSpan().SequenceEqual(authority.IssuerName.RawData)
        && roots.Any(root => IsAuthority(root, minPathLength: 1)
            && CertificateChain.NotBefore(root) <= at
            && at <= CertificateChain.NotAfter(root)
            && IsIssuer(root, authority));

    /// <summary>True when a certificate names an issuer and has been signed by it.</summary>
    public static bool IsIssuer(X509Certificate2 issuer, X509Certificate2 certificate) =>
        issuer.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData)
        && IsSignedBy(certificate, issuer);

    /// <summary>True when the issuer's key has signed the certificate. Names and validity are not looked at.</summary>
    public static bool IsSignedBy(X509Certificate2 certificate, X509Certificate2 issuer)
    {
        try
        {
            var sequence = new AsnReader(certificate.RawData, AsnEncodingRules.DER).ReadSequence();
            var content = sequence.ReadEncodedValue();
            var algorithm = sequence.ReadSequence().ReadObjectIdentifier();
            var signature = sequence.ReadBitString(out _);
            return Verify(issuer, content.Span, signature, algorithm);
        }
        catch (Exception exception) when (exception is AsnContentException or CryptographicException)
        {
            return false;
        }
    }

    private static bool Verify(
        X509Certificate2 issuer,
        ReadOnlySpan<byte> content,
        ReadOnlySpan<byte> signature,
        string algorithm)
    {
        if (HashOf(algorithm) is not { } hash)
        {
            return false;
        }

        using var ecdsa = issuer.GetECDsaPublicKey();
        if (ecdsa is not null)
        {
            return ecdsa.VerifyData(content, signature, hash, DSASignatureFormat.Rfc3279DerSequence);
        }

        using var rsa = issuer.GetRSAPublicKey();
        return rsa is not null && rsa.VerifyData(content, signature, hash, RSASignaturePadding.Pkcs1);
    }

    private static HashAlgorithmName? HashOf(string signatureAlgorithm) => signatureAlgorithm switch
    {
        "1.2.840.10045.4.3.2" or "1.2.840.113549.1.1.11" => HashAlgorithmName.SHA256,
        "1.2.840.10045.4.3.3" or "1.2.840.113549.1.1.12" => HashAlgorithmName.SHA384,
        "1.2.840.10045.4.3.4" or "1.2.840.113549.1.1.13" => HashAlgorithmName.SHA512,
        _ => null,
    };

    private static bool IsAuthority(X509Certificate2 certificate, int minPathLength) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault(
            ) is { CertificateAuthority: true } basic
        && (!basic.HasPathLengthConstraint || basic.PathLengthConstraint >= minPathLength)
        && certificate.Extensions.OfType<X509KeyUsageExtension>().All(usage =>
            usage.KeyUsages.HasFlag(X509KeyUsageFlags.KeyCertSign));
}
