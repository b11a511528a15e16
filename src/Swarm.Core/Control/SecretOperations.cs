using System.Security.Cryptography;
using Swarm.Identity;
using Swarm.Secrets;
using Swarm.Storage;

namespace Swarm.Control;

/// <summary>Secrets, for callers on the leader.</summary>
internal sealed class SecretOperations(ClusterStore store, IIdGenerator ids, SecretVault vault) : ISecretOperations
{
    private static readonly FileKind<Secret> Kind = FileKinds.Secret;

    public async Task<Secret> CreateAsync(SecretSpec spec, CancellationToken cancellationToken = default)
    {
        Check(spec);
        SecretId id = new(ids.Next());
        var stored = spec with { Data = await vault.SealAsync(id, spec.Data, cancellationToken) };
        var secret = await store.UpdateAsync(
            transaction => FileChanges.Create(transaction, Kind, new Secret { Id = id, Spec = stored }),
            cancellationToken);
        return Redaction.Of(secret);
    }

    public Task<Secret> FindAsync(string reference, CancellationToken cancellationToken = default) =>
        Task.FromResult(Redaction.Of(References.Secret(store.Current, reference)));

    public IAsyncEnumerable<Secret> ListAsync(CancellationToken cancellationToken = default) =>
        store.Current.Secrets.Where(secret => !secret.Internal).Select(Redaction.Of).ToAsyncEnumerable();

    public async Task<Secret> UpdateAsync(
        SecretId id,
        ObjectVersion version,
        SecretSpec spec,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        SpecSize.Check(Kind.Word, SpecSize.Of(spec.Labels));
        var current = Find(id);
        if (spec.Name != current.Spec.Name
            || (!spec.Data.IsEmpty && !await HasValueAsync(current, spec.Data, cancellationToken)))
        {
            throw FileChanges.OnlyLabels();
        }

        var secret = await store.UpdateAsync(
            transaction => FileChanges.Relabel(transaction, Kind, id.ToString(), version, spec.Labels),
            cancellationToken);
        return Redaction.Of(secret);
    }

    public async Task<Secret> RotateAsync(
        SecretId id,
        ValueList<byte> data,
        CancellationToken cancellationToken = default)
    {
        Kind.CheckSize(data);
        if (Find(id).Spec is { Driver: { } driver, Name: var name })
        {
            throw SwarmException.FailedPrecondition(
                $"secret {name} is kept by driver {driver.Name}; change its value there");
        }

        SecretId nextId = new(ids.Next());
        var stored = await vault.SealAsync(nextId, data, cancellationToken);
        var secret = await FileRotation.RunAsync(
            store,
            Kind,
            id.ToString(),
            old => new Secret { Id = nextId, Spec = old.Spec with { Data = stored } },
            cancellationToken);
        return Redaction.Of(secret);
    }

    public Task RemoveAsync(SecretId id, CancellationToken cancellationToken = default) =>
        store.UpdateAsync(transaction => FileChanges.Remove(transaction, Kind, id.ToString()), cancellationToken)
            .AsTask();

    private Secret Find(SecretId id) =>
        store.Current.Secrets.Find(id.ToString()) ?? throw SwarmException.NotFound($"secret {id} not found");

    private void Check(SecretSpec spec)
    {
        Rule.Require(spec is { Name: not null }, "invalid argument");
        FileKind<Secret>.CheckName(spec.Name);
        FileVersions.RefuseLinks(spec.Labels);
        SpecSize.Check(Kind.Word, SpecSize.Of(spec.Labels) + SpecSize.Of(spec.Driver?.Options ?? default));
        if (spec.Driver is not { } driver)
        {
            Kind.CheckSize(spec.Data);
            return;
        }

        Rule.Require(!string.IsNullOrEmpty(driver.Name), "secret driver must have a name");
        Rule.Require(vault.FindDriver(driver.Name) is not null, $"plugin {Quoted.Of(driver.Name)} not found");
    }

    private async Task<bool> HasValueAsync(Secret secret, ValueList<byte> data, CancellationToken cancellationToken)
    {
        var value = await vault.OpenAsync(secret, cancellationToken);
        return CryptographicOperations.FixedTimeEquals(value.AsSpan(), data.AsSpan());
    }
}
