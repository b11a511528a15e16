namespace Swarm.Storage;

/// <summary>The one way a change takes effect: everything that Core knows about replication.</summary>
internal interface IProposer
{
    /// <summary>Stamp for the objects of the next transaction; greater than that of every earlier one.</summary>
    ObjectVersion NextVersion { get; }

    /// <summary>
    /// Replicates the actions of one transaction. Completes when they are committed and it is their turn to be applied;
    /// throws <see cref="SwarmException"/> when they are not known to be.
    /// </summary>
    /// <returns>Version of the transaction.</returns>
    ValueTask<ObjectVersion> ProposeAsync(IReadOnlyList<StoreAction> actions, CancellationToken cancellationToken);
}
