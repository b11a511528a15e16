using System.Security.Cryptography;

namespace Swarm.Certificates.Nodes;

/// <summary>Encrypts what headers of a key file hold with another key.</summary>
internal delegate ValueDictionary<string> HeaderRewrap(
    ValueDictionary<string> headers,
    KeyEncryptionKey before,
    KeyEncryptionKey after);

/// <summary>
/// An identity on disk, in the files that Docker uses. The certificate is written beside the old one, then the key,
/// then
/// the certificate takes its place: at every moment one of the two certificates belongs to the key.
/// </summary>
/// <param name="disk">The directory.</param>
/// <param name="rewrap">Called when the key file gets another key, for headers that hold something encrypted.</param>
internal sealed class IdentityFiles(IIdentityDisk disk, HeaderRewrap? rewrap = null)
{
    public const string RootFile = "swarm-root-ca.crt";
    public const string CertificateFile = "swarm-node.crt";
    public const string KeyFile = "swarm-node.key";
    public const string NextCertificateFile = ".swarm-node.crt";

    private readonly Lock _gate = new();

    /// <summary>The root; null before the node has joined.</summary>
    public string? LoadRoot() => disk.Read(RootFile);

    /// <summary>True when the key can only be read with the unlock key.</summary>
    /// <exception cref="InvalidIdentityException">The file is damaged.</exception>
    public bool IsLocked()
    {
        try
        {
            return disk.Read(KeyFile) is { } text && NodeKeyFile.IsLocked(text);
        }
        catch (CryptographicException exception)
        {
            throw Damaged(exception);
        }
    }

    /// <summary>Who the node is by its certificate, which can be read without a key; null when there is none.</summary>
    public CertificateSubject? LoadSubject()
    {
        try
        {
            if (disk.Read(CertificateFile) is not { } text)
            {
                return null;
            }

            var chain = CertificatePem.Read(text);
            var subject = CertificateSubject.Of(chain[0]);
            CertificatePem.Dispose(chain);
            return subject;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Reads the identity.</summary>
    /// <param name="unlockKey">The unlock key; empty for none.</param>
    /// <param name="now">Time of this machine.</param>
    /// <param name="allowExpired">Accept a certificate that was valid once.</param>
    /// <returns>The identity and what its key is encrypted with; null when there is none.</returns>
    /// <exception cref="InvalidIdentityException">The files are damaged, or the certificate is of no use.</exception>
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.PermissionDenied"/>: the unlock key is missing or wrong.</exception>
    public (NodeIdentity Identity, KeyEncryptionKey Encryption)? Load(
        ValueList<byte> unlockKey,
        DateTimeOffset now,
        bool allowExpired = false)
    {
        lock (_gate)
        {
            if (disk.Read(KeyFile) is not { } text || disk.Read(RootFile) is not { } root)
            {
                return null;
            }

            var key = ReadKey(text, unlockKey);
            return LoadCertificate(root, key.PrivateKey, now, allowExpired) is { } identity
                ? (identity, key.Encryption)
                : null;
        }
    }

    /// <summary>Writes the root alone, as the first step of joining and when the swarm has another one.</summary>
    public void SaveRoot(string root)
    {
        lock (_gate)
        {
            disk.Write(RootFile, root, isSecret: false);
        }
    }

    /// <summary>Writes certificate and key; headers of others in the key file stay.</summary>
    /// <param name="identity">The identity.</param>
    /// <param name="before">What the present key file is encrypted with.</param>
    /// <param name="after">What to encrypt it with.</param>
    public void Save(NodeIdentity identity, KeyEncryptionKey before, KeyEncryptionKey after)
    {
        lock (_gate)
        {
            var headers = disk.Read(KeyFile) is { } text ? HeadersOf(text) : default;
            disk.Write(NextCertificateFile, identity.Certificate, isSecret: false);
            disk.Write(
                KeyFile,
                new NodeKeyFile(identity.PrivateKey, after, Rewrapped(headers, before, after)).Write(),
                isSecret: true);
            disk.Rename(NextCertificateFile, CertificateFile);
        }
    }

    /// <summary>Rewrites the key file alone: with other headers, or under another key.</summary>
    /// <param name="unlockKey">What the present key file is encrypted with; empty for nothing.</param>
    /// <param name="change">The change; headers are not rewrapped for it.</param>
    /// <exception cref="InvalidIdentityException">There is no key file, or it is damaged.</exception>
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.PermissionDenied"/>: the unlock key is wrong.</exception>
    public NodeKeyFile ChangeKeyFile(ValueList<byte> unlockKey, Func<NodeKeyFile, NodeKeyFile> change)
    {
        lock (_gate)
        {
            var text = disk.Read(KeyFile)
                ?? throw new InvalidIdentityException(ChainFault.Unreadable, $"there is no {KeyFile}");
            var before = ReadKey(text, unlockKey);
            var after = change(before);
            if (after != before)
            {
                disk.Write(KeyFile, after.Write(), isSecret: true);
            }

            return after;
        }
    }

    /// <summary>Reads the files as they are, which belong together.</summary>
    /// <param name="unlockKey">What the key file is encrypted with; empty for nothing.</param>
    /// <exception cref="InvalidIdentityException">A file is missing or damaged.</exception>
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.PermissionDenied"/>: the unlock key is wrong.</exception>
    public ExportedIdentity Export(ValueList<byte> unlockKey)
    {
        lock (_gate)
        {
            return disk.Read(RootFile) is { } root
                && disk.Read(CertificateFile) is { } certificate
                && disk.Read(KeyFile) is { } text
                    ? new(root, certificate, ReadKey(text, unlockKey))
                    : throw new InvalidIdentityException(
                        ChainFault.Unreadable,
                        "a file of the node's identity is missing; restore it from a backup, or leave the swarm and join "
                        + "again");
        }
    }

    /// <summary>Writes the key file under another key, with what headers of others hold.</summary>
    /// <param name="before">What the present key file is encrypted with.</param>
    /// <param name="after">What to encrypt it with.</param>
    /// <exception cref="InvalidIdentityException">There is no key file, or it is damaged.</exception>
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.PermissionDenied"/>: the unlock key is wrong.</exception>
    public void Relock(KeyEncryptionKey before, KeyEncryptionKey after) => ChangeKeyFile(
        before.Key,
        file => file with { Encryption = after, Headers = Rewrapped(file.Headers, before, after) });

    private ValueDictionary<string> Rewrapped(
        ValueDictionary<string> headers,
        KeyEncryptionKey before,
        KeyEncryptionKey after) =>
        before.Key == after.Key || rewrap is null ? headers : rewrap(headers, before, after);

    private static ValueDictionary<string> HeadersOf(string text)
    {
        try
        {
            return NodeKeyFile.HeadersOf(text);
        }
        catch (CryptographicException)
        {
            // What cannot be read is replaced whole.
            return default;
        }
    }

    // A crash between key and certificate leaves the certificate that belongs to the key under its temporary name.
    private NodeIdentity? LoadCertificate(string root, string privateKey, DateTimeOffset now, bool allowExpired)
    {
        var current = disk.Read(CertificateFile);
        var next = disk.Read(NextCertificateFile);
        if (next is not null && BelongTogether(next, privateKey))
        {
            disk.Rename(NextCertificateFile, CertificateFile);
            current = next;
        }
        else if (next is not null)
        {
            disk.Delete(NextCertificateFile);
        }

        return current is null ? null : NodeIdentity.Create(root, current, privateKey, now, allowExpired);
    }

    private static bool BelongTogether(string certificate, string privateKey)
    {
        try
        {
            var chain = CertificatePem.Read(certificate);
            using var key = CertificateKey.ReadPrivate(privateKey);
            var matches = CertificateKey.Matches(key, chain[0].PublicKey);
            CertificatePem.Dispose(chain);
            return matches;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static NodeKeyFile ReadKey(string text, ValueList<byte> unlockKey)
    {
        try
        {
            return NodeKeyFile.Read(text, unlockKey);
        }
        catch (CryptographicException exception)
        {
            throw Damaged(exception);
        }
    }

    private static InvalidIdentityException Damaged(CryptographicException cause) => new(
        ChainFault.Unreadable,
        $"{KeyFile} could not be read: {cause.Message}; restore it from a backup, or leave the swarm and join again");
}

/// <summary>The files of an identity.</summary>
/// <param name="Root">The root (PEM).</param>
/// <param name="Certificate">The chain (PEM).</param>
/// <param name="Key">The key file.</param>
internal sealed record ExportedIdentity(string Root, string Certificate, NodeKeyFile Key)
{
    public override string ToString() => nameof(ExportedIdentity);
}
