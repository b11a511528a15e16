using System.Security.Cryptography;

namespace Swarm.Raft.Storage.Encryption;

/// <summary>Wraps data keys with a secret of 32 bytes: the unlock key of a swarm with autolock.</summary>
/// <remarks>AES-256-GCM with a random nonce; a secret wraps a handful of keys in its life, so nonces do not meet.</remarks>
public sealed class SecretLogKeyProvider : ILogKeyProvider, IDisposable
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private readonly byte[] _secret;
    private readonly IRandomBytes _random;

    /// <summary>Makes a provider.</summary>
    /// <param name="secret">32 bytes; copied.</param>
    /// <exception cref="ArgumentException">The secret has another length.</exception>
    public SecretLogKeyProvider(ReadOnlySpan<byte> secret)
        : this(secret, SystemRandomBytes.Instance)
    {
    }

    internal SecretLogKeyProvider(ReadOnlySpan<byte> secret, IRandomBytes random)
    {
        if (secret.Length != LogKey.Size)
        {
            throw new ArgumentException($"The key has {secret.Length} bytes instead of {LogKey.Size}.", nameof(secret));
        }

        _secret = GC.AllocateArray<byte>(LogKey.Size, pinned: true);
        secret.CopyTo(_secret);
        _random = random;
        KeyId = Convert.ToHexStringLower(SHA256.HashData(_secret).AsSpan(0, 8));
    }

    /// <summary>The first 8 bytes of the secret's SHA-256, in hexadecimal.</summary>
    public string KeyId { get; }

    /// <inheritdoc/>
    public ValueTask<WrappedLogKey> WrapAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        var wrapped = new byte[NonceSize + key.Length + TagSize];
        _random.Fill(wrapped.AsSpan(0, NonceSize));
        using var aes = new AesGcm(_secret, TagSize);
        aes.Encrypt(
            wrapped.AsSpan(0, NonceSize),
            key.Span,
            wrapped.AsSpan(NonceSize, key.Length),
            wrapped.AsSpan(NonceSize + key.Length));
        return ValueTask.FromResult(new WrappedLogKey(KeyId, wrapped));
    }

    /// <inheritdoc/>
    public ValueTask<ReadOnlyMemory<byte>> UnwrapAsync(WrappedLogKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        var wrapped = key.Ciphertext.Span;
        if (key.KeyId != KeyId || wrapped.Length < NonceSize + TagSize)
        {
            throw new CryptographicException($"the data key is locked with key '{key.KeyId}', not with '{KeyId}'");
        }

        var plain = new byte[wrapped.Length - NonceSize - TagSize];
        using var aes = new AesGcm(_secret, TagSize);
        aes.Decrypt(wrapped[..NonceSize], wrapped[NonceSize..^TagSize], wrapped[^TagSize..], plain);
        return ValueTask.FromResult<ReadOnlyMemory<byte>>(plain);
    }

    /// <summary>Forgets the secret.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_secret);
}
