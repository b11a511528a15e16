using Swarm.Identity;
using Swarm.Storage;

namespace Swarm.Control;

/// <summary>Configs, for callers on the leader.</summary>
internal sealed class ConfigOperations(ClusterStore store, IIdGenerator ids) : IConfigOperations
{
    private static readonly FileKind<Config> Kind = FileKinds.Config;

    public async Task<Config> CreateAsync(ConfigSpec spec, CancellationToken cancellationToken = default)
    {
        Rule.Require(spec is { Name: not null }, "invalid argument");
        FileKind<Config>.CheckName(spec.Name);
        FileVersions.RefuseLinks(spec.Labels);
        SpecSize.Check(Kind.Word, SpecSize.Of(spec.Labels));
        Kind.CheckSize(spec.Data);
        ConfigId id = new(ids.Next());
        return await store.UpdateAsync(
            transaction => FileChanges.Create(transaction, Kind, new Config { Id = id, Spec = spec }),
            cancellationToken);
    }

    public Task<Config> FindAsync(string reference, CancellationToken cancellationToken = default) =>
        Task.FromResult(References.Config(store.Current, reference));

    public IAsyncEnumerable<Config> ListAsync(CancellationToken cancellationToken = default) =>
        store.Current.Configs.ToAsyncEnumerable();

    public async Task<Config> UpdateAsync(
        ConfigId id,
        ObjectVersion version,
        ConfigSpec spec,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(spec);
        SpecSize.Check(Kind.Word, SpecSize.Of(spec.Labels));
        var current = store.Current.Configs.Find(id.ToString())
            ?? throw SwarmException.NotFound($"config {id} not found");
        if (spec.Name != current.Spec.Name || (!spec.Data.IsEmpty && spec.Data != current.Spec.Data))
        {
            throw FileChanges.OnlyLabels();
        }

        return await store.UpdateAsync(
            transaction => FileChanges.Relabel(transaction, Kind, id.ToString(), version, spec.Labels),
            cancellationToken);
    }

    public async Task<Config> RotateAsync(
        ConfigId id,
        ValueList<byte> data,
        CancellationToken cancellationToken = default)
    {
        Kind.CheckSize(data);
        ConfigId nextId = new(ids.Next());
        return await FileRotation.RunAsync(
            store,
            Kind,
            id.ToString(),
            old => new Config { Id = nextId, Spec = old.Spec with { Data = data } },
            cancellationToken);
    }

    public Task RemoveAsync(ConfigId id, CancellationToken cancellationToken = default) =>
        store.UpdateAsync(transaction => FileChanges.Remove(transaction, Kind, id.ToString()), cancellationToken)
            .AsTask();
}
