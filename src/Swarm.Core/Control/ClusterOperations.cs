using Swarm.Certificates;
using Swarm.Certificates.Authority;
using Swarm.Certificates.Rotation;
using Swarm.Storage;

namespace Swarm.Control;

/// <summary>The swarm itself, for callers on the leader.</summary>
internal sealed class ClusterOperations(
    ClusterStore store,
    RandomBytes random,
    TimeProvider time,
    IExternalCaClient? externalCas = null) : IClusterOperations
{
    private readonly RootPlanner _planner = new(random, time, externalCas);

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
        var current = Find();

        // Before the transaction: authorities outside of the swarm may have to be asked.
        var root = new RootDecision(
            current.RootCa,
            await _planner.DecideAsync(current.RootCa, settings.CaConfig, cancellationToken));
        var cluster = await store.UpdateAsync(
            transaction => ClusterChanges.Update(transaction, version, settings, root, rotate, random),
            cancellationToken);
        return Redaction.Of(cluster);
    }

    public Task<string> GetUnlockKeyAsync(CancellationToken cancellationToken = default) =>
        Task.FromResult(UnlockKey.Format(Find().UnlockKey));

    public Task<RootRotationStatus> GetRootRotationAsync(CancellationToken cancellationToken = default)
    {
        var view = store.Current;
        return Task.FromResult(RootRotationStatus.Of(Find(), view.Nodes));
    }

    public async Task<string> CreateJoinTokenAsync(
        JoinTokenGrant grant,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(grant);
        return await store.UpdateAsync(
            transaction => JoinTokenChanges.Create(transaction, grant, random),
            cancellationToken);
    }

    public Task RemoveJoinTokenAsync(string name, CancellationToken cancellationToken = default) =>
        store.UpdateAsync(transaction => JoinTokenChanges.Remove(transaction, name), cancellationToken).AsTask();

    public Task<ValueList<JoinTokenGrant>> ListJoinTokensAsync(CancellationToken cancellationToken = default) =>
        Task.FromResult(JoinTokenLabels.Read(Find().Spec.Labels).Select(token => token.Grant).ToValueList());

    private Cluster Find() =>
        store.Current.Cluster ?? throw SwarmException.NotFound($"cluster {ClusterRules.Name} not found");
}
