using System.Globalization;
using System.Security.Cryptography;

namespace Swarm.Certificates.Nodes;

/// <summary>A key that keys are encrypted with.</summary>
/// <param name="Key">32 bytes; empty for keys in the clear.</param>
/// <param name="Version">Version of the cluster object it comes from; a lower one never replaces a higher one.</param>
internal readonly record struct KeyEncryptionKey(ValueList<byte> Key, ulong Version)
{
    public static KeyEncryptionKey None => default;

    /// <summary>The newer of two.</summary>
    public KeyEncryptionKey Or(KeyEncryptionKey other) => other.Version > Version ? other : this;

    public override string ToString() => $"KeyEncryptionKey {{ Version = {Version} }}";
}

/// <summary>
/// The file of a node's key, as SwarmKit writes it: PKCS#8, encrypted with the unlock key when managers are locked; the
/// header <c>kek-version</c> says which one. Other headers belong to others and are kept.
/// </summary>
/// <param name="PrivateKey">The key (PKCS#8, PEM) in the clear.</param>
/// <param name="Encryption">What it is encrypted with on disk.</param>
/// <param name="Headers">Headers of others.</param>
internal sealed record NodeKeyFile(string PrivateKey, KeyEncryptionKey Encryption, ValueDictionary<string> Headers)
{
    private const string VersionHeader = "kek-version";
    private const string PlainLabel = "PRIVATE KEY";
    private const string EncryptedLabel = "ENCRYPTED PRIVATE KEY";

    // SwarmKit's parameters, which it does not choose by what it reads. The password is 256 random bits already.
    private static readonly PbeParameters Parameters =
        new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA1, iterationCount: 2048);

    /// <summary>Headers of others in a key file, which can be read without a key.</summary>
    /// <exception cref="CryptographicException">It is no key file.</exception>
    public static ValueDictionary<string> HeadersOf(string text) => PemBlock.Parse(text).Headers.Without(VersionHeader);

    /// <summary>True when the file can only be read with a key.</summary>
    /// <exception cref="CryptographicException">It is no key file.</exception>
    public static bool IsLocked(string text) => PemBlock.Parse(text).Label == EncryptedLabel;

    /// <summary>Reads the file.</summary>
    /// <param name="text">The file.</param>
    /// <param name="unlockKey">The key that was given at start; empty for none.</param>
    /// <exception cref="CryptographicException">It is no key file.</exception>
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.PermissionDenied"/>: the unlock key is missing or wrong.</exception>
    public static NodeKeyFile Read(string text, ValueList<byte> unlockKey)
    {
        var block = PemBlock.Parse(text);
        _ = ulong.TryParse(block.Headers[VersionHeader], CultureInfo.InvariantCulture, out var version);
        var headers = block.Headers.Without(VersionHeader);
        if (block.Label != EncryptedLabel)
        {
            using var plain = CertificateKey.ReadPrivate((block with { Headers = default }).Write());
            return new(plain.ExportPkcs8PrivateKeyPem() + "\n", new(default, version), headers);
        }

        using var key = Decrypt(block, unlockKey);
        return new(key.ExportPkcs8PrivateKeyPem() + "\n", new(unlockKey, version), headers);
    }

    public string Write()
    {
        using var key = CertificateKey.ReadPrivate(PrivateKey);
        var block = Encryption.Key.IsEmpty
            ? new PemBlock(PlainLabel, Headers, ValueList.Create<byte>(key.ExportPkcs8PrivateKey()))
            : new PemBlock(
                EncryptedLabel,
                Headers,
                ValueList.Create<byte>(key.ExportEncryptedPkcs8PrivateKey(Encryption.Key.AsSpan(), Parameters)));
        return (block with
        {
            Headers = block.Headers.With(
                VersionHeader,
                Encryption.Version.ToString(CultureInfo.InvariantCulture)),
        }).Write();
    }

    public override string ToString() => $"NodeKeyFile {{ {Encryption} }}";

    private static ECDsa Decrypt(PemBlock block, ValueList<byte> unlockKey)
    {
        if (unlockKey.IsEmpty)
        {
            throw new SwarmException(
                SwarmErrorCode.PermissionDenied,
                "node is locked, and needs a valid unlock key");
        }

        var key = ECDsa.Create();
        try
        {
            key.ImportEncryptedPkcs8PrivateKey(unlockKey.AsSpan(), block.Content.AsSpan(), out _);
            return key;
        }
        catch (CryptographicException exception)
        {
            key.Dispose();
            throw new SwarmException(SwarmErrorCode.PermissionDenied, "invalid key provided", exception);
        }
    }
}
