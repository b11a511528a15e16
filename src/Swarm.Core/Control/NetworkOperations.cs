using Swarm.Identity;
using Swarm.Storage;

namespace Swarm.Control;

/// <summary>Networks, for callers on the leader.</summary>
internal sealed class NetworkOperations(ClusterStore store, IIdGenerator ids) : INetworkOperations
{
    public Task<Network> CreateAsync(NetworkSpec spec, CancellationToken cancellationToken = default)
    {
        NetworkRules.Validate(spec);
        NetworkId id = new(ids.Next());
        return store.UpdateAsync(
            transaction => NetworkChanges.Create(transaction, id, spec),
            cancellationToken).AsTask();
    }

    public Task<Network> FindAsync(string reference, CancellationToken cancellationToken = default) =>
        Task.FromResult(References.Network(store.Current, reference));

    public IAsyncEnumerable<Network> ListAsync(CancellationToken cancellationToken = default) =>
        store.Current.Networks.ToAsyncEnumerable();

    public Task RemoveAsync(NetworkId id, CancellationToken cancellationToken = default) =>
        store.UpdateAsync(transaction => NetworkChanges.Remove(transaction, id), cancellationToken).AsTask();
}
