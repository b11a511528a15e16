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
