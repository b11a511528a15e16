using Swarm.Storage;

namespace Swarm.Testing;

/// <summary>Reads a store transaction by transaction, right after each of them.</summary>
internal sealed class StoreFollower(ClusterStore store)
{
    private ChangeSubscription _feed = store.Watch();
    private ClusterView _seen = store.Current;

    /// <summary>The store as it is now.</summary>
    public ClusterView View => _seen;

    /// <summary>Whether the store has changed since the last call of <see cref="Read"/>.</summary>
    public bool HasNews => !ReferenceEquals(_seen, store.Current);

    /// <summary>The transactions since the last call; none of those that a snapshot took the place of.</summary>
    public IReadOnlyList<CommittedTransaction> Read()
    {
        _seen = store.Current;
        var transactions = new List<CommittedTransaction>();
        while (_feed.TryRead(out var transaction))
        {
            transactions.Add(transaction);
        }

        if (transactions.Count == 0 || transactions[^1].Version != _seen.Version)
        {
            _feed.Dispose();
            _feed = store.Watch();
        }

        return transactions;
    }
}
