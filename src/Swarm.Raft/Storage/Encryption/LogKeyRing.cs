using System.Security.Cryptography;

namespace Swarm.Raft.Storage.Encryption;

/// <summary>A data key, opened and as it is stored.</summary>
internal sealed record StoredLogKey(LogKey Key, WrappedLogKey Wrapped);

/// <summary>The data keys of a log, oldest first: the newest encrypts, the others are kept as long as a file names them.</summary>
internal sealed class LogKeyRing(IEnumerable<StoredLogKey> keys) : IDisposable
{
    // Replaced whole, so that readers need no lock.
    private volatile StoredLogKey[] _keys = [.. keys];

    public LogKey Newest => _keys[^1].Key;

    public IReadOnlyList<StoredLogKey> All => _keys;

    public LogKey? Find(Guid id) => Array.Find(_keys, stored => stored.Key.Id == id)?.Key;

    /// <summary>Takes over what was stored; a key that is no longer there is forgotten.</summary>
    public void Replace(IReadOnlyList<StoredLogKey> keys)
    {
        var dropped = _keys.Select(stored => stored.Key).Except(keys.Select(stored => stored.Key)).ToArray();
        _keys = [.. keys];
        Array.ForEach(dropped, key => key.Dispose());
    }

    public void Dispose() => Array.ForEach(_keys, stored => stored.Key.Dispose());

    /// <summary>Opens the cipher of a file.</summary>
    /// <exception cref="RaftStorageCorruptException">The key is not in the ring.</exception>
    public RecordCipher OpenCipher(
        string path, CipherKind kind, Guid keyId, ReadOnlySpan<byte> salt, FileIdentity identity)
    {
        if (kind is not (CipherKind.Aes256Gcm or CipherKind.ChaCha20Poly1305))
        {
            throw new RaftStorageCorruptException(
                path, 0, StorageDamage.UnknownFormat, $"the file is encrypted with cipher {(int)kind}, which this version lacks");
        }

        var key = Find(keyId) ?? throw new RaftStorageCorruptException(
            path, 0, StorageDamage.MissingKey, $"the file is encrypted with data key {keyId:N}, which the key file does not hold");
        try
        {
            return new RecordCipher(kind, key, salt, identity);
        }
        catch (PlatformNotSupportedException exception)
        {
            throw new RaftStorageCorruptException(
                path, 0, StorageDamage.UnknownFormat, $"this machine does not offer the cipher {kind}", exception);
        }
        catch (CryptographicException exception)
        {
            throw new RaftStorageCorruptException(
                path, 0, StorageDamage.UnknownFormat, $"this machine refuses the cipher {kind}", exception);
        }
    }
}
