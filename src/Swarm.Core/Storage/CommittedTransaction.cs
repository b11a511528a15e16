namespace Swarm.Storage;

/// <summary>A transaction that has taken effect.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Store">The store it took effect in.</param>
/// <param name="Changes">Its changes in order; for a scoped subscription only those in scope.</param>
internal sealed record CommittedTransaction(
    ObjectVersion Version,
    ClusterStore Store,
    IReadOnlyList<ObjectChange> Changes)
{
    /// <summary>The store as it is now: with this transaction, and with whatever came after it.</summary>
    /// <remarks>
    /// Not the view right after the transaction: a reader that is hundreds of transactions behind would keep as many
    /// versions of every changed branch alive, and would decide on what is no longer so.
    /// </remarks>
    public ClusterView View => Store.Current;
}
