using System.Security.Cryptography;
using Swarm.Raft.Storage.Encryption;

namespace Swarm.Hosting.Replication;

/// <summary>Opens and closes the data keys of a manager's log with the secrets of its key file.</summary>
/// <param name="secrets">The secrets.</param>
internal sealed class LogLock(LogSecrets secrets) : ILogKeyProvider, IDisposable
{
    private readonly SecretLogKeyProvider[] _known =
    [
        new(secrets.Newest.AsSpan()),
        .. secrets.Pending.IsEmpty ? Array.Empty<SecretLogKeyProvider>() : [new(secrets.Current.AsSpan())],
    ];

    public string KeyId => _known[0].KeyId;

    public ValueTask<WrappedLogKey> WrapAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken) =>
        _known[0].WrapAsync(key, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>> UnwrapAsync(WrappedLogKey key, CancellationToken cancellationToken) =>
        Array.Find(_known, provider => provider.KeyId == key.KeyId) is { } owner
            ? owner.UnwrapAsync(key, cancellationToken)
            : throw new CryptographicException(
                $"the data key is locked with key '{key.KeyId}', which the key file of this node does not hold");

    public void Dispose() => Array.ForEach(_known, provider => provider.Dispose());
}
