namespace Swarm.Storage;

/// <summary>A transaction that has taken effect.</summary>
/// <param name="Version">Its version.</param>
/// <param name="View">The store right after it; after a resume, a later one.</param>
/// <param name="Changes">Its changes in order; for a scoped subscription only those in scope.</param>
internal sealed record CommittedTransaction(
    ObjectVersion Version,
    ClusterView View,
    IReadOnlyList<ObjectChange> Changes);
