namespace Swarm;

/// <summary>What can be done with the networks of the swarm. A network never changes; it is replaced.</summary>
public interface INetworkOperations
{
    /// <summary>Creates a network; its addresses follow within moments, see <see cref="Network.Ipam"/>.</summary>
    /// <param name="spec">
    /// Name (at most 63 characters), driver (<c>overlay</c>, or one that each node runs for itself: <c>bridge</c>,
    /// <c>host</c>, <c>ipvlan</c>, <c>macvlan</c>), subnets in CIDR notation.
    /// </param>
    /// <param name="cancellationToken">Ends the wait, not the creation.</param>
    /// <returns>The stored network.</returns>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.InvalidArgument"/>, also for a subnet that overlaps with another network's;
    /// <see cref="SwarmErrorCode.AlreadyExists"/> for a name in use or a second network of the routing mesh;
    /// <see cref="SwarmErrorCode.PermissionDenied"/> for a label that is not for users.
    /// </exception>
    Task<Network> CreateAsync(NetworkSpec spec, CancellationToken cancellationToken = default);

    /// <summary>Finds a network by full id, exact name or unique id prefix, in this order.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The network.</returns>
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.NotFound"/>.</exception>
    Task<Network> FindAsync(string reference, CancellationToken cancellationToken = default);

    /// <summary>Lists networks in the order of their ids.</summary>
    /// <remarks>
    /// Among them are <c>bridge</c> and <c>host</c>, which stand for what every node has of that name; their label
    /// <c>com.docker.swarm.predefined</c> is <c>true</c>.
    /// </remarks>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <returns>The networks of one moment.</returns>
    IAsyncEnumerable<Network> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Removes a network.</summary>
    /// <param name="id">The network.</param>
    /// <param name="cancellationToken">Ends the wait, not the removal.</param>
    /// <returns>Completes when the network is gone from the store.</returns>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.FailedPrecondition"/> while a service or task uses it, naming the first of them, and
    /// for networks that every node has.
    /// </exception>
    Task RemoveAsync(NetworkId id, CancellationToken cancellationToken = default);
}
