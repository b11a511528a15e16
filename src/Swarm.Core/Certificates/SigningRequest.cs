using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Swarm.Certificates;

/// <summary>
/// Requests for certificates. Nothing in one is believed but the key, and that its sender holds it.
/// </summary>
internal static class SigningRequest
{
    /// <summary>Largest request, in bytes: an RSA key of 8192 bits with room for names that are ignored anyway.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>Makes a key and a request for it.</summary>
    /// <returns>The key (PKCS#8, PEM) and the request (PEM).</returns>
    public static (string PrivateKey, string Request) Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(new X500DistinguishedName([0x30, 0x00]), key, HashAlgorithmName.SHA256);
        return (key.ExportPkcs8PrivateKeyPem() + "\n", request.CreateSigningRequestPem() + "\n");
    }

    /// <inheritdoc cref="ReadKey(string)"/>
    public static PublicKey ReadKey(ValueList<byte> request) => request.Count > MaxLength
        ? throw TooLarge(request.Count)
        : ReadKey(Encoding.UTF8.GetString(request.AsSpan()));

    /// <summary>Takes the key out of a request.</summary>
    /// <exception cref="SwarmException">It is no request, not signed with its own key, or the key is unfit.</exception>
    public static PublicKey ReadKey(string request)
    {
        if (request.Length == 0)
        {
            throw SwarmException.InvalidArgument("a certificate signing request must be provided");
        }

        if (request.Length > MaxLength)
        {
            throw TooLarge(request.Length);
        }

        try
        {
            // The size of the key is checked before any arithmetic is done with it.
            var key = Load(request, CertificateRequestLoadOptions.SkipSignatureValidation).PublicKey;
            CertificateKey.RequireFit(key, "the key of the certificate signing request");
            return Load(request, CertificateRequestLoadOptions.Default).PublicKey;
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new SwarmException(
                SwarmErrorCode.InvalidArgument,
                "the certificate signing request could not be read, or is not signed with its own key",
                exception);
        }
    }

    private static CertificateRequest Load(string request, CertificateRequestLoadOptions options) =>
        CertificateRequest.LoadSigningRequestPem(
            request,
            HashAlgorithmName.SHA256,
            options,
            RSASignaturePadding.Pkcs1);

    private static SwarmException TooLarge(int length) => SwarmException.InvalidArgument(
        $"the certificate signing request has {length} bytes; the limit is {MaxLength}");
}
