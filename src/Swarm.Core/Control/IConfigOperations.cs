namespace Swarm;

/// <summary>What can be done with configs.</summary>
public interface IConfigOperations
{
    /// <summary>Creates a config.</summary>
    /// <param name="spec">Name (at most 64 characters), labels, and content of 1 to 1,023,999 bytes.</param>
    /// <param name="cancellationToken">Ends the wait, not the creation.</param>
    /// <returns>The stored config.</returns>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.InvalidArgument"/>; <see cref="SwarmErrorCode.AlreadyExists"/>.
    /// </exception>
    Task<Config> CreateAsync(ConfigSpec spec, CancellationToken cancellationToken = default);

    /// <summary>Finds a config by full id, exact name or unique id prefix, in this order.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The config.</returns>
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.NotFound"/>.</exception>
    Task<Config> FindAsync(string reference, CancellationToken cancellationToken = default);

    /// <summary>Lists configs in the order of their ids.</summary>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <returns>The configs of one moment.</returns>
    IAsyncEnumerable<Config> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Replaces the labels of a config; content never changes, see <see cref="RotateAsync"/>.</summary>
    /// <param name="id">The config.</param>
    /// <param name="version">The version that was read.</param>
    /// <param name="spec">The new labels, with the name as it is and the content as it is or left out.</param>
    /// <param name="cancellationToken">Ends the wait, not the update.</param>
    /// <returns>The stored config.</returns>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.InvalidArgument"/> for another name or content;
    /// <see cref="SwarmErrorCode.UpdateOutOfSequence"/>.
    /// </exception>
    Task<Config> UpdateAsync(
        ConfigId id,
        ObjectVersion version,
        ConfigSpec spec,
        CancellationToken cancellationToken = default);

    /// <summary>Gives a config new content: services that use it change over by their update policy.</summary>
    /// <remarks>Versions are made and kept as by <see cref="ISecretOperations.RotateAsync"/>.</remarks>
    /// <param name="id">The config; its newest version.</param>
    /// <param name="data">The new content: 1 to 1,023,999 bytes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The new version.</returns>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.FailedPrecondition"/> for a version that is not the newest.
    /// </exception>
    Task<Config> RotateAsync(ConfigId id, ValueList<byte> data, CancellationToken cancellationToken = default);

    /// <summary>Removes a config.</summary>
    /// <param name="id">The config.</param>
    /// <param name="cancellationToken">Ends the wait, not the removal.</param>
    /// <returns>Completes when the config is gone from the store.</returns>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.InvalidArgument"/> while services use it, naming them.
    /// </exception>
    Task RemoveAsync(ConfigId id, CancellationToken cancellationToken = default);
}
