using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Swarm.Certificates;

/// <summary>
/// What a swarm signs with: its root, or, while the root is being replaced, the new root's key, whose certificate under
/// the old root's signature goes out with everything it signs.
/// </summary>
internal sealed class CertificateSigningKey : IDisposable
{
    private readonly AsymmetricAlgorithm _key;

    private CertificateSigningKey(string certificate, string privateKey, string intermediates)
    {
        Certificate = X509Certificate2.CreateFromPem(certificate);
        Intermediates = intermediates;
        try
        {
            _key = CertificateKey.ReadPrivate(privateKey);
        }
        catch
        {
            Certificate.Dispose();
            throw;
        }
    }

    /// <summary>The issuer's certificate.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>What follows a signed certificate (PEM); empty outside of a rotation.</summary>
    public string Intermediates { get; }

    public HashAlgorithmName Hash => CertificateKey.HashFor(_key);

    /// <summary>The key that node certificates are signed with now.</summary>
    /// <returns>The key; null when it is kept outside of the swarm.</returns>
    /// <exception cref="CryptographicException">What the swarm keeps cannot be read.</exception>
    public static CertificateSigningKey? Of(RootCa root) => root.Rotation switch
    {
        { PrivateKey.Length: > 0 } next =>
            new(next.CrossSignedCertificate, next.PrivateKey, next.CrossSignedCertificate),
        null when root.PrivateKey.Length > 0 => new(root.Certificate, root.PrivateKey, ""),
        _ => null,
    };

    /// <summary>The key of the root that nodes trust, also during a rotation: it cross-signs.</summary>
    /// <inheritdoc cref="Of" path="/returns"/>
    /// <inheritdoc cref="Of" path="/exception"/>
    public static CertificateSigningKey? OfTrustedRoot(RootCa root) =>
        root.PrivateKey.Length > 0 ? new(root.Certificate, root.PrivateKey, "") : null;

    /// <summary>Signs a description.</summary>
    public X509Certificate2 Sign(
        CertificateRequest request,
        DateTimeOffset notBefore,
        DateTimeOffset notAfter,
        RandomBytes random) =>
        request.Create(
            Certificate.SubjectName,
            CertificateKey.Signer(_key),
            notBefore,
            notAfter,
            NewSerial(random));

    public void Dispose()
    {
        _key.Dispose();
        Certificate.Dispose();
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
