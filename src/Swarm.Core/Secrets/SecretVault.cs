using System.Security.Cryptography;
using Swarm.Certificates;
using Swarm.Control;

namespace Swarm.Secrets;

/// <summary>
/// What a manager does with values of secrets: seals them before they enter the store, and opens them for the nodes
/// that
/// need them. Thread-safe.
/// </summary>
internal sealed class SecretVault
{
    private readonly IKeyProvider? _keys;
    private readonly Dictionary<string, ISecretDriver> _drivers;
    private readonly RandomBytes _random;

    public SecretVault(
        SecretStorage storage,
        IKeyProvider? keys,
        IEnumerable<ISecretDriver> drivers,
        RandomBytes random)
    {
        (Storage, _keys, _random) = (storage, keys, random);
        _drivers = drivers.ToDictionary(driver => driver.Name, StringComparer.Ordinal);
    }

    /// <summary>Keeps values as they are.</summary>
    public static SecretVault Plain { get; } = new(SecretStorage.Plain, null, [], RandomNumberGenerator.Fill);

    public SecretStorage Storage { get; }

    /// <summary>The keys, when they are in a file and must be brought to every manager.</summary>
    public LocalKeyProvider? LocalKeys => Storage == SecretStorage.Sealed ? _keys as LocalKeyProvider : null;

    public ISecretDriver? FindDriver(string name) => _drivers.GetValueOrDefault(name);

    /// <summary>The value as it is to be stored.</summary>
    /// <exception cref="SwarmException">The key provider failed.</exception>
    public async ValueTask<ValueList<byte>> SealAsync(
        SecretId id,
        ValueList<byte> value,
        CancellationToken cancellationToken)
    {
        if (Storage == SecretStorage.Plain || value.IsEmpty)
        {
            Rule.Require(
                !SealedValue.IsSealed(value.AsSpan()),
                "secret data must not begin like a value that this swarm has sealed");
            return value;
        }

        var dataKey = new byte[SealedValue.DataKeySize];
        var nonce = new byte[SealedValue.NonceSize];
        _random(dataKey);
        _random(nonce);
        try
        {
            var wrapped = await AskAsync(keys => keys.WrapAsync(dataKey, cancellationToken), cancellationToken);
            return new(SealedValue.Seal(id.Value, value.AsSpan(), dataKey, wrapped, nonce));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dataKey);
        }
    }

    /// <summary>The value as the user gave it.</summary>
    /// <exception cref="SwarmException">It does not open, or the key provider failed.</exception>
    public async ValueTask<ValueList<byte>> OpenAsync(Secret secret, CancellationToken cancellationToken)
    {
        var data = secret.Spec.Data;
        if (!SealedValue.IsSealed(data.AsSpan()))
        {
            return data;
        }

        var wrapped = SealedValue.KeyOf(data.AsSpan());
        var dataKey = await AskAsync(keys => keys.UnwrapAsync(wrapped, cancellationToken), cancellationToken);
        return new(SealedValue.Open(secret.Id.Value, data.AsSpan(), dataKey.Span));
    }

    /// <summary>True for a value that is not stored as the settings of this manager ask for.</summary>
    public bool IsOutdated(Secret secret)
    {
        var data = secret.Spec.Data;
        return !secret.Internal && !data.IsEmpty && (Storage, SealedValue.IsSealed(data.AsSpan())) switch
        {
            (SecretStorage.Plain, var isSealed) => isSealed,
            (_, false) => true,
            _ => _keys is not null && SealedValue.KeyOf(data.AsSpan()).KeyId != _keys.KeyId,
        };
    }

    // Providers are code of others: what they throw becomes an error that says what to do.
    private async ValueTask<T> AskAsync<T>(Func<IKeyProvider, ValueTask<T>> ask, CancellationToken cancellationToken)
    {
        var keys = _keys ?? throw SwarmException.FailedPrecondition(
            "this value is sealed and this manager has no key provider; configure the one it was sealed with");
        try
        {
            return await ask(keys);
        }
        catch (Exception exception) when (
            exception is not SwarmException && !cancellationToken.IsCancellationRequested)
        {
            throw new SwarmException(
                SwarmErrorCode.Unavailable,
                $"the key provider failed: {exception.Message}",
                exception);
        }
    }
}
