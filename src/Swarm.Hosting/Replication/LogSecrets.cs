using System.Security.Cryptography;
using Swarm.Certificates.Nodes;

namespace Swarm.Hosting.Replication;

/// <summary>
/// What opens the data keys of a manager's log: kept in headers of the node's key file, under the names that SwarmKit
/// gives them, and encrypted with the unlock key when there is one. One file thus decides what a manager needs to
/// start, and is replaced in one step when that changes.
/// </summary>
/// <param name="Current">The secret; empty on a node that has no log.</param>
/// <param name="Pending">The one that takes its place; empty while none does.</param>
internal sealed record LogSecrets(ValueList<byte> Current, ValueList<byte> Pending)
{
    private const string CurrentHeader = "raft-dek";
    private const string PendingHeader = "raft-dek-pending";
    private const int Size = 32;
    private const int NonceSize = 12;
    private const int TagSize = 16;

    /// <summary>The one that the data keys are to be closed with.</summary>
    public ValueList<byte> Newest => Pending.IsEmpty ? Current : Pending;

    public static LogSecrets Of(NodeKeyFile file) => new(
        Decode(file.Headers[CurrentHeader], file.Encryption),
        Decode(file.Headers[PendingHeader], file.Encryption));

    /// <summary>The file with a secret, if it has none yet.</summary>
    public static NodeKeyFile Ensure(NodeKeyFile file) => Of(file) is { Current.IsEmpty: true }
        ? new LogSecrets(Create(), default).In(file)
        : file;

    /// <summary>The file once the data keys are closed with the pending secret.</summary>
    public static NodeKeyFile Settle(NodeKeyFile file) => Of(file) is { Pending.IsEmpty: false } secrets
        ? new LogSecrets(secrets.Pending, default).In(file)
        : file;

    /// <summary>The file of a node that has no log any more.</summary>
    public static NodeKeyFile Forget(NodeKeyFile file) => new LogSecrets(default, default).In(file);

    /// <summary>
    /// The headers under another unlock key. A new secret is begun with it, since whoever has an older key file may
    /// know the present one.
    /// </summary>
    public static ValueDictionary<string> Rewrap(
        ValueDictionary<string> headers,
        KeyEncryptionKey before,
        KeyEncryptionKey after)
    {
        var secrets = new LogSecrets(
            Decode(headers[CurrentHeader], before),
            Decode(headers[PendingHeader], before));
        return secrets.Current.IsEmpty
            ? headers
            : (secrets with { Pending = secrets.Pending.IsEmpty ? Create() : secrets.Pending }).In(headers, after);
    }

    public override string ToString() => nameof(LogSecrets);

    private static ValueList<byte> Create() => ValueList.Create<byte>(RandomNumberGenerator.GetBytes(Size));

    private NodeKeyFile In(NodeKeyFile file) => file with { Headers = In(file.Headers, file.Encryption) };

    private ValueDictionary<string> In(ValueDictionary<string> headers, KeyEncryptionKey encryption) => With(
        With(headers, CurrentHeader, Current, encryption),
        PendingHeader,
        Pending,
        encryption);

    private static ValueDictionary<string> With(
        ValueDictionary<string> headers,
        string name,
        ValueList<byte> secret,
        KeyEncryptionKey encryption) => secret.IsEmpty
            ? headers.Without(name)
            : headers.With(name, Convert.ToBase64String(Seal(secret.AsSpan(), encryption)));

    private static byte[] Seal(ReadOnlySpan<byte> secret, KeyEncryptionKey encryption)
    {
        if (encryption.Key.IsEmpty)
        {
            return secret.ToArray();
        }

        var sealedSecret = new byte[NonceSize + secret.Length + TagSize];
        RandomNumberGenerator.Fill(sealedSecret.AsSpan(0, NonceSize));
        using var aes = CipherOf(encryption);
        aes.Encrypt(
            sealedSecret.AsSpan(0, NonceSize),
            secret,
            sealedSecret.AsSpan(NonceSize, secret.Length),
            sealedSecret.AsSpan(NonceSize + secret.Length));
        return sealedSecret;
    }

    private static ValueList<byte> Decode(string? header, KeyEncryptionKey encryption)
    {
        if (string.IsNullOrEmpty(header))
        {
            return default;
        }

        try
        {
            var bytes = Convert.FromBase64String(header);
            return encryption.Key.IsEmpty ? Checked(bytes) : Open(bytes, encryption);
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException)
        {
            throw new InvalidIdentityException(
                Certificates.ChainFault.Unreadable,
                $"the key file does not hold what opens the log: {exception.Message}; restore it from a backup, or leave "
                + "the swarm and join again");
        }
    }

    private static ValueList<byte> Open(ReadOnlySpan<byte> bytes, KeyEncryptionKey encryption)
    {
        if (bytes.Length != NonceSize + Size + TagSize)
        {
            throw new CryptographicException("a secret has another length");
        }

        var secret = new byte[Size];
        using var aes = CipherOf(encryption);
        aes.Decrypt(bytes[..NonceSize], bytes[NonceSize..^TagSize], bytes[^TagSize..], secret);
        return ValueList.Create<byte>(secret);
    }

    private static ValueList<byte> Checked(byte[] secret) => secret.Length == Size
        ? ValueList.Create<byte>(secret)
        : throw new CryptographicException("a secret has another length");

    // The unlock key itself is the password of the key in the same file.
    private static AesGcm CipherOf(KeyEncryptionKey encryption) => new(
        HKDF.Expand(
            HashAlgorithmName.SHA256,
            encryption.Key.AsSpan().ToArray(),
            Size,
            "swarm/log-secret/1"u8.ToArray()),
        TagSize);
}
