namespace Swarm;

/// <summary>What can be done with secrets. No operation gives a value back.</summary>
public interface ISecretOperations
{
    /// <summary>Creates a secret.</summary>
    /// <param name="spec">
    /// Name (at most 64 characters), labels, and a value of 1 to 511,999 bytes or a driver that gets it.
    /// </param>
    /// <param name="cancellationToken">Ends the wait, not the creation.</param>
    /// <returns>The stored secret without its value.</returns>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.InvalidArgument"/>; <see cref="SwarmErrorCode.AlreadyExists"/>.
    /// </exception>
    Task<Secret> CreateAsync(SecretSpec spec, CancellationToken cancellationToken = default);

    /// <summary>Finds a secret by full id, exact name or unique id prefix, in this order.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The secret without its value.</returns>
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.NotFound"/>.</exception>
    Task<Secret> FindAsync(string reference, CancellationToken cancellationToken = default);

    /// <summary>Lists secrets in the order of their ids, without those that the system made for itself.</summary>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <returns>The secrets of one moment, without their values.</returns>
    IAsyncEnumerable<Secret> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Replaces the labels of a secret; a value never changes, see <see cref="RotateAsync"/>.</summary>
    /// <param name="id">The secret.</param>
    /// <param name="version">The version that was read.</param>
    /// <param name="spec">The new labels, with the name as it is and the value as it is or left out.</param>
    /// <param name="cancellationToken">Ends the wait, not the update.</param>
    /// <returns>The stored secret without its value.</returns>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.InvalidArgument"/> for another name or value;
    /// <see cref="SwarmErrorCode.UpdateOutOfSequence"/>.
    /// </exception>
    Task<Secret> UpdateAsync(
        SecretId id,
        ObjectVersion version,
        SecretSpec spec,
        CancellationToken cancellationToken = default);

    /// <summary>Gives a secret a new value: services that use it change over by their update policy.</summary>
    /// <remarks>
    /// A new secret takes the name. The former one is kept as <c>name.vN</c> as long as a service, the state a service
    /// can be rolled back to, or a live task uses it; <c>service rollback</c> returns to it. Services change over one
    /// after the other: after an error some may not have, and rotating again takes them along.
    /// </remarks>
    /// <param name="id">The secret; its newest version.</param>
    /// <param name="data">The new value: 1 to 511,999 bytes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The new version without its value.</returns>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.FailedPrecondition"/> for a version that is not the newest, or a driver's secret.
    /// </exception>
    Task<Secret> RotateAsync(SecretId id, ValueList<byte> data, CancellationToken cancellationToken = default);

    /// <summary>Removes a secret.</summary>
    /// <param name="id">The secret.</param>
    /// <param name="cancellationToken">Ends the wait, not the removal.</param>
    /// <returns>Completes when the secret is gone from the store.</returns>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.InvalidArgument"/> while services use it, naming them.
    /// </exception>
    Task RemoveAsync(SecretId id, CancellationToken cancellationToken = default);
}
