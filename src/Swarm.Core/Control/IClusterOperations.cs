namespace Swarm;

/// <summary>What can be done with the swarm itself.</summary>
public interface IClusterOperations
{
    /// <summary>Reads the swarm; keys are left out, join tokens are in.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The cluster.</returns>
    Task<Cluster> GetAsync(CancellationToken cancellationToken = default);

    /// <summary>Replaces the settings of the swarm.</summary>
    /// <param name="version">The version that was read.</param>
    /// <param name="spec">All settings.</param>
    /// <param name="rotate">Which tokens and keys to replace.</param>
    /// <param name="cancellationToken">Ends the wait, not the update.</param>
    /// <returns>The stored cluster.</returns>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.InvalidArgument"/>, <see cref="SwarmErrorCode.UpdateOutOfSequence"/>.
    /// </exception>
    Task<Cluster> UpdateAsync(
        ObjectVersion version,
        ClusterSpec spec,
        TokenRotation rotate = TokenRotation.None,
        CancellationToken cancellationToken = default);

    /// <summary>Reads the key that unlocks managers.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The key as text; empty without auto-lock.</returns>
    Task<string> GetUnlockKeyAsync(CancellationToken cancellationToken = default);

    /// <summary>Reads how far the replacement of the root certificate has come, node by node.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The state of every node; nodes that are down can be removed with <see cref="INodeOperations"/>.</returns>
    Task<RootRotationStatus> GetRootRotationAsync(CancellationToken cancellationToken = default) =>
        throw NotSupported();

    /// <summary>Makes an additional join token. Replacing the root certificate ends it, as it ends every token.</summary>
    /// <param name="grant">What it gives.</param>
    /// <param name="cancellationToken">Ends the wait, not the creation.</param>
    /// <returns>The token, which cannot be read again.</returns>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.InvalidArgument"/>, <see cref="SwarmErrorCode.AlreadyExists"/>.
    /// </exception>
    Task<string> CreateJoinTokenAsync(JoinTokenGrant grant, CancellationToken cancellationToken = default) =>
        throw NotSupported();

    /// <summary>Withdraws an additional join token; nodes that have joined with it stay.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="cancellationToken">Ends the wait, not the removal.</param>
    /// <returns>Completes when it lets nobody in any more.</returns>
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.NotFound"/>.</exception>
    Task RemoveJoinTokenAsync(string name, CancellationToken cancellationToken = default) => throw NotSupported();

    /// <summary>Lists additional join tokens, without what would let somebody in.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>What each gives.</returns>
    Task<ValueList<JoinTokenGrant>> ListJoinTokensAsync(CancellationToken cancellationToken = default) =>
        throw NotSupported();

    private static SwarmException NotSupported() =>
        new(SwarmErrorCode.Unimplemented, "this client reaches managers that do not know this operation");
}

/// <summary>Which tokens and keys an update of the swarm replaces.</summary>
[Flags]
public enum TokenRotation
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The token that lets workers in.</summary>
    WorkerToken = 1,

    /// <summary>The token that lets managers in.</summary>
    ManagerToken = 2,

    /// <summary>The key that unlocks managers.</summary>
    ManagerUnlockKey = 4,
}
