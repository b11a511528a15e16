namespace Swarm.Storage;

/// <summary>The one way a change takes effect: everything that Core knows about replication.</summary>
internal interface IProposer
{
    /// <summary>Stamp for the objects of the next transaction; greater than that of every earlier one.</summary>
    ObjectVersion NextVersion { get; }

    /// <summary>About how many bytes an object takes on its way; 0 where it does not matter.</summary>
    int SizeOf(ClusterObject item) => 0;

    /// <summary>
    /// Replicates the actions of one transaction. Throws <see cref="SwarmException"/> when they are not known to be
    /// committed; they may then still come, as actions of another.
    /// </summary>
    /// <param name="actions">The actions.</param>
    /// <param name="commit">
    /// Called with the version of the transaction when it is its turn to take effect, before anything that comes later.
    /// </param>
    /// <param name="cancellationToken">Ends the attempt as long as nothing is on its way.</param>
    ValueTask ProposeAsync(
        IReadOnlyList<StoreAction> actions,
        Action<ObjectVersion> commit,
        CancellationToken cancellationToken);
}
