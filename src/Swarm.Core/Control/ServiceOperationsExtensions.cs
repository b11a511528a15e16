namespace Swarm;

/// <summary>What is often done with services, made of the operations of <see cref="IServiceOperations"/>.</summary>
public static class ServiceOperationsExtensions
{
    private const int Attempts = 10;

    /// <summary>
    /// Makes a service be as a spec says: creates it, or updates the one of this name, which changes nothing when it is
    /// so already. For programs that say at their start what is to run.
    /// </summary>
    /// <param name="services">The operations.</param>
    /// <param name="spec">What the service should be; its name says which it is.</param>
    /// <param name="cancellationToken">Ends the wait, not the change.</param>
    /// <returns>The stored service.</returns>
    /// <exception cref="SwarmException">As of creation and update.</exception>
    public static async Task<Service> CreateOrUpdateAsync(
        this IServiceOperations services,
        ServiceSpec spec,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(spec);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await FindAsync(services, spec.Name, cancellationToken) is { } existing
                    ? existing.Spec == spec
                        ? existing
                        : await services.UpdateAsync(existing.Id, _ => spec, cancellationToken)
                    : await services.CreateAsync(spec, cancellationToken);
            }
            catch (SwarmException exception) when (attempt < Attempts
                && exception.Code is (SwarmErrorCode.AlreadyExists or SwarmErrorCode.NotFound))
            {
                // Somebody else has created or removed it meanwhile.
            }
        }
    }

    private static async Task<Service?> FindAsync(
        IServiceOperations services,
        string name,
        CancellationToken cancellationToken)
    {
        try
        {
            // The reference may also be an id, or the beginning of one.
            var service = await services.FindAsync(name, cancellationToken);
            return service.Spec.Name == name ? service : null;
        }
        catch (SwarmException exception) when (
            exception.Code is SwarmErrorCode.NotFound or SwarmErrorCode.InvalidArgument)
        {
            // Nothing of this name; an empty one is refused by the creation, in its own words.
            return null;
        }
    }
}
