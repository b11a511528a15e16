using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Swarm.Certificates;

/// <summary>Bundles of certificates as text.</summary>
internal static class CertificatePem
{
    /// <summary>Largest bundle that is looked at, in characters (SwarmKit's bound for answers of authorities).</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>Most certificates in a bundle: a leaf, the roots in between, and room.</summary>
    public const int MaxCertificates = 16;

    private const string Label = "CERTIFICATE";

    /// <summary>The certificates of a bundle; the caller disposes of them.</summary>
    /// <exception cref="CryptographicException">There is none, or one cannot be read, or there are too many.</exception>
    public static X509Certificate2Collection Read(string bundle)
    {
        var certificates = new X509Certificate2Collection();
        if (bundle.Length > MaxLength)
        {
            throw new CryptographicException($"a bundle of certificates has at most {MaxLength} characters");
        }

        certificates.ImportFromPem(bundle);
        return certificates.Count switch
        {
            0 => throw new CryptographicException("no certificate found"),
            > MaxCertificates => throw new CryptographicException($"more than {MaxCertificates} certificates"),
            _ => certificates,
        };
    }

    /// <summary>The certificates of a bundle in one spelling, so that equal ones are equal text.</summary>
    public static string Normalize(string bundle)
    {
        var text = new StringBuilder(bundle.Length);
        var rest = bundle.AsSpan(0, Math.Min(bundle.Length, MaxLength));
        while (PemEncoding.TryFind(rest, out var fields))
        {
            if (rest[fields.Label] is Label)
            {
                var bytes = Convert.FromBase64String(new string(rest[fields.Base64Data]));
                text.Append(PemEncoding.Write(Label, bytes)).Append('\n');
            }

            rest = rest[fields.Location.End..];
        }

        return text.ToString();
    }

    /// <summary>One certificate as text that ends with a line feed, as SwarmKit stores and digests it.</summary>
    public static string Write(X509Certificate2 certificate) => certificate.ExportCertificatePem() + "\n";

    public static void Dispose(X509Certificate2Collection certificates)
    {
        foreach (var certificate in certificates)
        {
            certificate.Dispose();
        }
    }
}
