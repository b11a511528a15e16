using Swarm.Certificates;
using Swarm.Storage;

namespace Swarm.Control;

/// <summary>The swarm itself, for callers on the leader.</summary>
internal sealed class ClusterOperations(ClusterStore store, RandomBytes random) : IClusterOperations
{
    public Task<Cluster> GetAsync(CancellationToken cancellationToken = default) =>
        Task.FromResult(Redaction.Of(Find()));

    public async Task<Cluster> UpdateAsync(
        ObjectVersion version,
        ClusterSpec spec,
        TokenRotation rotate = TokenRotation.None,
        CancellationToken cancellationToken = default)
    {
        var settings = ClusterRules.WithDefaults(spec);
        ClusterRules.Validate(settings);
        var cluster = await store.UpdateAsync(
            transaction => ClusterChanges.Update(transaction, version, settings, rotate, random),
            cancellationToken);
        return Redaction.Of(cluster);
    }

    public Task<string> GetUnlockKeyAsync(CancellationToken cancellationToken = default) =>
        Task.FromResult(UnlockKey.Format(Find().UnlockKey));

    private Cluster Find() =>
        store.Current.Cluster ?? throw SwarmException.NotFound($"cluster {ClusterRules.Name} not found");
}
