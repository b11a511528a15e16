using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Swarm.Certificates;

/// <summary>Keys of certificates: ECDSA on the NIST curves, and RSA of 2048 to 8192 bits.</summary>
internal static class CertificateKey
{
    private const string EllipticCurve = "1.2.840.10045.2.1";
    private const string Rsa = "1.2.840.113549.1.1.1";
    private const int MinRsaBits = 2048;
    private const int MaxRsaBits = 8192;

    private static readonly HashSet<string> Curves =
    [
        "1.2.840.10045.3.1.7",
        "1.3.132.0.34",
        "1.3.132.0.35",
    ];

    /// <summary>Refuses keys that are weak, that cost too much to work with, or that not every node understands.</summary>
    /// <exception cref="SwarmException">The key is unfit.</exception>
    public static void RequireFit(PublicKey key, string owner)
    {
        switch (key.Oid.Value)
        {
            case EllipticCurve:
                RequireCurve(key, owner);
                break;
            case Rsa:
                using (var rsa = key.GetRSAPublicKey())
                {
                    RequireSize(rsa!, owner);
                }

                break;
            default:
                throw SwarmException.InvalidArgument(
                    $"{owner} is of an unsupported kind ({key.Oid.Value}); use ECDSA on P-256, P-384 or P-521, or RSA");
        }
    }

    /// <summary>Reads a private key that is not encrypted: PKCS#8, SEC 1 or PKCS#1.</summary>
    /// <exception cref="CryptographicException">It is none.</exception>
    public static AsymmetricAlgorithm ReadPrivate(string pem)
    {
        try
        {
            return Import(ECDsa.Create(), pem);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            return ImportRsa(pem);
        }
    }

    /// <summary>True when a private key belongs to a public one.</summary>
    public static bool Matches(AsymmetricAlgorithm privateKey, PublicKey publicKey) =>
        privateKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(publicKey.ExportSubjectPublicKeyInfo());

    /// <summary>Signs with a private key.</summary>
    public static X509SignatureGenerator Signer(AsymmetricAlgorithm key) => key switch
    {
        ECDsa ecdsa => X509SignatureGenerator.CreateForECDsa(ecdsa),
        RSA rsa => X509SignatureGenerator.CreateForRSA(rsa, RSASignaturePadding.Pkcs1),
        _ => throw new CryptographicException("a signing key is an ECDSA or an RSA key"),
    };

    /// <summary>The hash that goes with a key's strength.</summary>
    public static HashAlgorithmName HashFor(AsymmetricAlgorithm key) => key.KeySize switch
    {
        384 or (>= 3072 and < 4096) => HashAlgorithmName.SHA384,
        521 or >= 4096 => HashAlgorithmName.SHA512,
        _ => HashAlgorithmName.SHA256,
    };

    private static void RequireCurve(PublicKey key, string owner)
    {
        using var ecdsa = key.GetECDsaPublicKey();
        var curve = ecdsa!.ExportParameters(includePrivateParameters: false).Curve;
        if (!curve.IsNamed || curve.Oid.Value is not { } oid || !Curves.Contains(oid))
        {
            throw SwarmException.InvalidArgument(
                $"{owner} is on an unsupported curve; use P-256, P-384 or P-521");
        }
    }

    private static void RequireSize(RSA rsa, string owner)
    {
        if (rsa.KeySize is < MinRsaBits or > MaxRsaBits)
        {
            throw SwarmException.InvalidArgument(
                $"{owner} is an RSA key of {rsa.KeySize} bits; use {MinRsaBits} to {MaxRsaBits}");
        }
    }

    private static AsymmetricAlgorithm ImportRsa(string pem)
    {
        try
        {
            return Import(RSA.Create(), pem);
        }
        catch (ArgumentException exception)
        {
            throw new CryptographicException("malformed private key", exception);
        }
    }

    private static AsymmetricAlgorithm Import(AsymmetricAlgorithm key, string pem)
    {
        try
        {
            key.ImportFromPem(pem);
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }
}
