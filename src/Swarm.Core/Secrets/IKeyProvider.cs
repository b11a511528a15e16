namespace Swarm.Secrets;

/// <summary>Wraps data keys with a key that it keeps: in a file, or in a key service that never gives it away.</summary>
/// <remarks>
/// Every secret is encrypted with a data key of its own; only the wrapped key and the ciphertext are stored. All
/// managers
/// of a swarm must reach the same keys. To rotate, change <see cref="KeyId"/> and keep the former keys usable: values
/// carry the id of their key, and a manager rewraps them in the background. Calls may come from several threads at
/// once.
/// </remarks>
public interface IKeyProvider
{
    /// <summary>The key that new values are wrapped with; 1 to 256 characters.</summary>
    string KeyId { get; }

    /// <summary>Wraps a data key with the current key.</summary>
    /// <param name="key">The data key: 32 bytes; not to be kept.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The wrapped key with the id of the key it was wrapped with; at most 4,096 bytes.</returns>
    ValueTask<WrappedKey> WrapAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken);

    /// <summary>Unwraps a data key.</summary>
    /// <param name="key">The wrapped key.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The data key.</returns>
    /// <exception cref="SwarmException">
    /// The key of that id is not there; any other exception counts as a fault that may pass.
    /// </exception>
    ValueTask<ReadOnlyMemory<byte>> UnwrapAsync(WrappedKey key, CancellationToken cancellationToken);
}
