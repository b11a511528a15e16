using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Swarm.Certificates.Rotation;

/// <summary>
/// The new root under the old root's signature: same subject, key, extensions and validity, so that what the new root
/// signs is accepted by who trusts either.
/// </summary>
internal static class CrossSigning
{
    private const string AuthorityKeyIdentifier = "2.5.29.35";

    /// <summary>Signs a new root with the key of the old one.</summary>
    /// <returns>The certificate (PEM).</returns>
    /// <exception cref="CryptographicException">A certificate cannot be read.</exception>
    public static string Sign(string newRoot, CertificateSigningKey oldRoot, RandomBytes random)
    {
        using var template = X509Certificate2.CreateFromPem(newRoot);
        var request = new CertificateRequest(template.SubjectName, template.PublicKey, oldRoot.Hash);
        foreach (var extension in template.Extensions)
        {
            if (extension.Oid?.Value != AuthorityKeyIdentifier)
            {
                request.CertificateExtensions.Add(extension);
            }
        }

        if (oldRoot.Certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Any())
        {
            request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
                oldRoot.Certificate,
                includeKeyIdentifier: true,
                includeIssuerAndSerial: false));
        }

        using var signed = oldRoot.Sign(
            request,
            CertificateChain.NotBefore(template),
            CertificateChain.NotAfter(template),
            random);
        return CertificatePem.Write(signed);
    }

    /// <summary>Checks what came back: the new root's key, signed by the old root, and good for signing.</summary>
    /// <exception cref="CryptographicException">It is something else.</exception>
    public static void Verify(string crossSigned, string newRoot, string oldRoot)
    {
        using var signed = X509Certificate2.CreateFromPem(crossSigned);
        using var issuer = X509Certificate2.CreateFromPem(oldRoot);
        if (!RootRules.HaveSameKey(crossSigned, newRoot)
            || !CertificateSignature.IsSignedBy(signed, issuer)
            || signed.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault()
                is not { CertificateAuthority: true })
        {
            throw new CryptographicException("the cross-signed certificate does not lead from the new root to the old");
        }

        if (issuer.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault()
            is { HasPathLengthConstraint: true, PathLengthConstraint: 0 })
        {
            throw new CryptographicException("the present root may not sign authorities (its path length is 0)");
        }
    }

    /// <summary>The request by which an external authority is asked to sign a root: subject, key and extensions kept.</summary>
    /// <returns>The request (PEM) and the value of the basic constraints (DER).</returns>
    /// <exception cref="CryptographicException">The certificate or the key cannot be read.</exception>
    public static (string Request, byte[] BasicConstraints) Request(string newRoot, string newKey)
    {
        using var template = X509Certificate2.CreateFromPem(newRoot);
        using var key = CertificateKey.ReadPrivate(newKey);
        var request = new CertificateRequest(template.SubjectName, template.PublicKey, CertificateKey.HashFor(key));
        foreach (var extension in template.Extensions)
        {
            request.CertificateExtensions.Add(extension);
        }

        var der = request.CreateSigningRequest(CertificateKey.Signer(key));
        var constraints = template.Extensions.OfType<X509BasicConstraintsExtension>().First().RawData;
        return (PemEncoding.WriteString("CERTIFICATE REQUEST", der) + "\n", constraints);
    }
}
