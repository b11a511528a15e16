namespace Swarm;

/// <summary>What can be done with nodes.</summary>
public interface INodeOperations
{
    /// <summary>Finds a node by full id, exact host name or unique id prefix, in this order.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The node, with its manager status.</returns>
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.NotFound"/>.</exception>
    Task<Node> FindAsync(string reference, CancellationToken cancellationToken = default);

    /// <summary>Lists nodes in the order of their ids.</summary>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <returns>The nodes of one moment.</returns>
    IAsyncEnumerable<Node> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Replaces the spec of a node.</summary>
    /// <param name="id">The node.</param>
    /// <param name="version">The version that was read; that its spec has not changed since is what counts.</param>
    /// <param name="spec">The whole new spec.</param>
    /// <param name="cancellationToken">Ends the wait, not the update.</param>
    /// <returns>The stored node.</returns>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.UpdateOutOfSequence"/>; <see cref="SwarmErrorCode.FailedPrecondition"/> for a demotion
    /// that would cost the quorum.
    /// </exception>
    Task<Node> UpdateAsync(
        NodeId id,
        ObjectVersion version,
        NodeSpec spec,
        CancellationToken cancellationToken = default);

    /// <summary>Removes a node; its tasks become ORPHANED.</summary>
    /// <param name="id">The node.</param>
    /// <param name="force">Also a node that is not down.</param>
    /// <param name="cancellationToken">Ends the wait, not the removal.</param>
    /// <returns>Completes when the node is gone from the store.</returns>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.FailedPrecondition"/> for a manager, or a node that is not down without force.
    /// </exception>
    Task RemoveAsync(NodeId id, bool force = false, CancellationToken cancellationToken = default);
}
