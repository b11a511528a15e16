using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Swarm.Certificates.Rotation;

/// <summary>What a root certificate given by the user has to be. Texts are SwarmKit's where it has one.</summary>
internal static class RootRules
{
    /// <summary>Life that a root must have left (SwarmKit's number).</summary>
    private static readonly TimeSpan MinRemaining = TimeSpan.FromDays(365);

    // RSA and ECDSA, each with SHA-256, 384 and 512.
    private static readonly HashSet<string> SignatureAlgorithms =
    [
        "1.2.840.113549.1.1.11",
        "1.2.840.113549.1.1.12",
        "1.2.840.113549.1.1.13",
        "1.2.840.10045.4.3.2",
        "1.2.840.10045.4.3.3",
        "1.2.840.10045.4.3.4",
    ];

    /// <summary>Checks a root and, if there is one, its key.</summary>
    /// <param name="certificate">The root (PEM, normalized).</param>
    /// <param name="privateKey">Its key (PEM); empty when an external authority has it.</param>
    /// <param name="now">Time of this machine.</param>
    /// <exception cref="SwarmException">They are unfit.</exception>
    public static void Validate(string certificate, string privateKey, DateTimeOffset now)
    {
        var certificates = Read(certificate);
        try
        {
            foreach (var root in certificates)
            {
                RequireRoot(root, now);
            }

            RequireMatch(certificates[0], privateKey);
            if (certificates.Count > 1)
            {
                throw SwarmException.InvalidArgument("the desired CA certificate cannot contain multiple certificates");
            }

            if (CertificateChain.NotAfter(certificates[0]) < now + MinRemaining)
            {
                throw SwarmException.InvalidArgument("CA certificate expires too soon");
            }
        }
        finally
        {
            CertificatePem.Dispose(certificates);
        }
    }

    /// <summary>Checks that a key belongs to a root.</summary>
    /// <exception cref="SwarmException">It does not.</exception>
    public static void RequireMatch(string certificate, string privateKey)
    {
        var certificates = Read(certificate);
        RequireMatch(certificates[0], privateKey);
        CertificatePem.Dispose(certificates);
    }

    /// <summary>True when two roots have one key.</summary>
    public static bool HaveSameKey(string first, string second)
    {
        using var one = X509Certificate2.CreateFromPem(first);
        using var other = X509Certificate2.CreateFromPem(second);
        return one.PublicKey.ExportSubjectPublicKeyInfo().AsSpan()
            .SequenceEqual(other.PublicKey.ExportSubjectPublicKeyInfo());
    }

    private static X509Certificate2Collection Read(string certificate)
    {
        try
        {
            return CertificatePem.Read(certificate);
        }
        catch (CryptographicException exception)
        {
            throw new SwarmException(
                SwarmErrorCode.InvalidArgument,
                "could not parse the desired CA certificate",
                exception);
        }
    }

    private static void RequireRoot(X509Certificate2 root, DateTimeOffset now)
    {
        var algorithm = root.SignatureAlgorithm;
        if (algorithm.Value is null || !SignatureAlgorithms.Contains(algorithm.Value))
        {
            throw SwarmException.InvalidArgument(
                $"unsupported signature algorithm: {algorithm.FriendlyName ?? algorithm.Value}");
        }

        CertificateKey.RequireFit(root.PublicKey, "the key of the CA certificate");
        if (root.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault()
            is not { CertificateAuthority: true })
        {
            throw SwarmException.InvalidArgument("certificate not a CA");
        }

        if (!root.SubjectName.RawData.AsSpan().SequenceEqual(root.IssuerName.RawData))
        {
            throw SwarmException.InvalidArgument(
                "error while validating Root CA Certificate: it is not signed by itself");
        }

        // A chain of one: the root in the place of the leaf, trusted as what it says it is.
        using var builder = new X509Chain();
        builder.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        builder.ChainPolicy.CustomTrustStore.Add(root);
        builder.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        builder.ChainPolicy.DisableCertificateDownloads = true;
        builder.ChainPolicy.VerificationTime = now.UtcDateTime;
        if (!builder.Build(root))
        {
            var status = string.Join("; ", builder.ChainStatus.Select(item => item.StatusInformation.Trim()));
            throw SwarmException.InvalidArgument($"error while validating Root CA Certificate: {status}");
        }
    }

    private static void RequireMatch(X509Certificate2 root, string privateKey)
    {
        if (privateKey.Length == 0)
        {
            return;
        }

        try
        {
            using var key = CertificateKey.ReadPrivate(privateKey);
            if (CertificateKey.Matches(key, root.PublicKey))
            {
                return;
            }
        }
        catch (CryptographicException exception)
        {
            throw new SwarmException(SwarmErrorCode.InvalidArgument, "malformed private key", exception);
        }

        throw SwarmException.InvalidArgument("certificate key mismatch");
    }
}
