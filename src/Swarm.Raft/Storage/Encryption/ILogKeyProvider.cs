namespace Swarm.Raft.Storage.Encryption;

/// <summary>
/// Keeps the data keys of a log under a key of its own (the unlock key of a swarm, a key service). Records and
/// snapshots are encrypted with data keys; only wrapped data keys are stored.
/// </summary>
public interface ILogKeyProvider
{
    /// <summary>Names the key that <see cref="WrapAsync"/> uses, so that a stored key tells who can open it.</summary>
    string KeyId { get; }

    /// <summary>Closes a data key.</summary>
    /// <param name="key">32 random bytes.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<WrappedLogKey> WrapAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken);

    /// <summary>Opens a data key.</summary>
    /// <param name="key">What <see cref="WrapAsync"/> returned, possibly years ago and under another key id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="System.Security.Cryptography.CryptographicException">This provider cannot open it.</exception>
    ValueTask<ReadOnlyMemory<byte>> UnwrapAsync(WrappedLogKey key, CancellationToken cancellationToken);
}

/// <summary>A data key that only a provider can open.</summary>
/// <param name="KeyId">The provider's <see cref="ILogKeyProvider.KeyId"/> at the time; at most 1,024 bytes as UTF-8.</param>
/// <param name="Ciphertext">What the provider needs to open it; at most 16 KiB.</param>
public sealed record WrappedLogKey(string KeyId, ReadOnlyMemory<byte> Ciphertext);
