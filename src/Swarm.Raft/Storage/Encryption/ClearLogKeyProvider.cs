using System.Security.Cryptography;

namespace Swarm.Raft.Storage.Encryption;

/// <summary>
/// Stores data keys as they are, next to the log: a swarm without autolock. Protects a copy of the log without its key
/// file, and nothing else.
/// </summary>
public sealed class ClearLogKeyProvider : ILogKeyProvider
{
    private const string Clear = "clear";

    private ClearLogKeyProvider()
    {
    }

    /// <summary>The one instance.</summary>
    public static ClearLogKeyProvider Instance { get; } = new();

    /// <inheritdoc/>
    public string KeyId => Clear;

    /// <inheritdoc/>
    public ValueTask<WrappedLogKey> WrapAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new WrappedLogKey(Clear, key.ToArray()));

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> UnwrapAsync(WrappedLogKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.KeyId == Clear
            ? ValueTask.FromResult<ReadOnlyMemory<byte>>(key.Ciphertext.ToArray())
            : throw new CryptographicException($"the data key is locked with key '{key.KeyId}'");
    }
}
