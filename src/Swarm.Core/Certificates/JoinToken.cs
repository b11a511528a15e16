using System.Security.Cryptography;
using System.Text;

namespace Swarm.Certificates;

/// <summary>
/// What lets a node in: the digest by which it recognises the swarm's root certificate, and the secret by which the
/// swarm recognises it. Written <c>SWMTKN-1-digest-secret</c>.
/// </summary>
/// <param name="RootDigest">SHA-256 of the root certificate, in lower-case hexadecimal.</param>
/// <param name="Secret">The secret, as it stands in the text.</param>
internal sealed record JoinToken(string RootDigest, string Secret)
{
    private const string Prefix = "SWMTKN";
    private const int DigestWidth = 50;
    private const int SecretWidth = 25;
    private const int SecretBytes = 16;
    private const int MaxLength = 128;

    public static JoinToken Create(string rootCertificate, RandomBytes random)
    {
        Span<byte> secret = stackalloc byte[SecretBytes];
        random(secret);
        return new(DigestOf(rootCertificate), Base36.Encode(secret, SecretWidth));
    }

    /// <summary>SHA-256 of a root certificate exactly as it is handed out, in hexadecimal.</summary>
    public static string DigestOf(string rootCertificate) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(rootCertificate)));

    /// <summary>Reads a token; version 2, which also tells whether the swarm is a FIPS one, is understood.</summary>
    /// <exception cref="SwarmException">It is not a token.</exception>
    public static JoinToken Parse(string text) =>
        TryParse(text) ?? throw SwarmException.InvalidArgument("invalid join token");

    /// <summary>Reads a token; null for other text.</summary>
    public static JoinToken? TryParse(string text)
    {
        if (text.Length > MaxLength)
        {
            return null;
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        var (digestText, secret) = text.Split('-') switch
        {
            [Prefix, "1", var d, var s] => (d, s),
            [Prefix, "2", "0" or "1", var d, var s] => (d, s),
            _ => ("", ""),
        };

        return digestText.Length == DigestWidth && secret.Length == SecretWidth && Base36.TryDecode(digestText, digest)
            ? new(Convert.ToHexStringLower(digest), secret)
            : null;
    }

    /// <summary>SHA-256 of a secret, in hexadecimal: enough to recognise it, not enough to use it.</summary>
    public static string HashOf(string secret) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>Compares texts in a time that tells nothing of where they differ.</summary>
    public static bool Same(string left, string right) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(left),
        Encoding.UTF8.GetBytes(right));

    public override string ToString() =>
        $"{Prefix}-1-{Base36.Encode(Convert.FromHexString(RootDigest), DigestWidth)}-{Secret}";
}
