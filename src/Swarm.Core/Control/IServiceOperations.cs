using Swarm.Execution;

namespace Swarm;

/// <summary>What can be done with services.</summary>
public interface IServiceOperations
{
    /// <summary>Creates a service; its tasks follow.</summary>
    /// <param name="spec">What it should be.</param>
    /// <param name="cancellationToken">Ends the wait, not the creation.</param>
    /// <returns>The stored service.</returns>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.InvalidArgument"/>, <see cref="SwarmErrorCode.AlreadyExists"/>.
    /// </exception>
    Task<Service> CreateAsync(ServiceSpec spec, CancellationToken cancellationToken = default);

    /// <summary>Finds a service by full id, exact name or unique id prefix, in this order.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The service.</returns>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.NotFound"/>; <see cref="SwarmErrorCode.InvalidArgument"/> for an ambiguous prefix.
    /// </exception>
    Task<Service> FindAsync(string reference, CancellationToken cancellationToken = default);

    /// <summary>Lists services in the order of their ids.</summary>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <returns>The services of one moment.</returns>
    IAsyncEnumerable<Service> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>Replaces the spec of a service.</summary>
    /// <param name="id">The service.</param>
    /// <param name="version">The version that was read; that its spec has not changed since is what counts.</param>
    /// <param name="spec">The whole new spec.</param>
    /// <param name="cancellationToken">Ends the wait, not the update.</param>
    /// <returns>The stored service.</returns>
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.UpdateOutOfSequence"/> and those of creation.</exception>
    Task<Service> UpdateAsync(
        ServiceId id,
        ObjectVersion version,
        ServiceSpec spec,
        CancellationToken cancellationToken = default);

    /// <summary>Changes the spec of a service; reads it again and reapplies up to ten times when it changed meanwhile.</summary>
    /// <param name="id">The service.</param>
    /// <param name="change">Makes the new spec of the current one.</param>
    /// <param name="cancellationToken">Ends the wait, not the update.</param>
    /// <returns>The stored service.</returns>
    /// <exception cref="SwarmException">As for the other overload.</exception>
    Task<Service> UpdateAsync(
        ServiceId id,
        Func<ServiceSpec, ServiceSpec> change,
        CancellationToken cancellationToken = default);

    /// <summary>Returns a service to its previous spec; doing it twice goes forward again.</summary>
    /// <param name="id">The service.</param>
    /// <param name="version">The version that was read, as for an update; null means whatever is current.</param>
    /// <param name="cancellationToken">Ends the wait, not the rollback.</param>
    /// <returns>The stored service.</returns>
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.FailedPrecondition"/> without a previous spec.</exception>
    Task<Service> RollbackAsync(
        ServiceId id,
        ObjectVersion? version = null,
        CancellationToken cancellationToken = default);

    /// <summary>Removes a service; its tasks are stopped afterwards.</summary>
    /// <param name="id">The service.</param>
    /// <param name="cancellationToken">Ends the wait, not the removal.</param>
    /// <returns>Completes when the service is gone from the store.</returns>
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.NotFound"/>.</exception>
    Task RemoveAsync(ServiceId id, CancellationToken cancellationToken = default);

    /// <summary>Counts the tasks of a service.</summary>
    /// <param name="id">The service.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The counts; zeros for an unknown service.</returns>
    Task<ServiceStatus> GetStatusAsync(ServiceId id, CancellationToken cancellationToken = default);

    /// <summary>Says why a service is not as it should be: its rollout, the tasks that do not run, the last failures.</summary>
    /// <param name="reference">The service, as for <see cref="FindAsync"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The state of this moment.</returns>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.NotFound"/>; <see cref="SwarmErrorCode.Unimplemented"/> from a client that cannot tell.
    /// </exception>
    Task<ServiceExplanation> ExplainAsync(string reference, CancellationToken cancellationToken = default) =>
        throw new SwarmException(SwarmErrorCode.Unimplemented, "this client cannot explain services");

    /// <summary>
    /// Progress until the wanted number of tasks has run for the service's monitor period and no rollout is under way;
    /// of a job, until all of it has completed.
    /// </summary>
    /// <param name="id">The service.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>One item for each change of the counts; the last has <see cref="ServiceProgress.Converged"/> set.</returns>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.FailedPrecondition"/> when the rollout pauses or the last update was rolled back, or when
    /// a task of a job failed for good; the text has the failed task's error.
    /// <see cref="SwarmErrorCode.NotFound"/> when the service is removed.
    /// </exception>
    IAsyncEnumerable<ServiceProgress> WaitUntilConvergedAsync(
        ServiceId id,
        CancellationToken cancellationToken = default);

    /// <summary>The same for a service as an operation has returned it: rollbacks from before that do not matter.</summary>
    /// <param name="asked">The service, as creation, update or finding returned it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>As for the other overload.</returns>
    /// <exception cref="SwarmException">As for the other overload.</exception>
    IAsyncEnumerable<ServiceProgress> WaitUntilConvergedAsync(
        Service asked,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(asked);
        return WaitUntilConvergedAsync(asked.Id, cancellationToken);
    }

    /// <summary>The same with a period of the caller's instead of the service's monitor period.</summary>
    /// <param name="id">The service.</param>
    /// <param name="stableFor">
    /// How long the tasks must have run together; zero means that it is enough that they run, which says little of
    /// tasks without a health check: one that ends after a second has run.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>As for the other overloads.</returns>
    /// <exception cref="SwarmException">
    /// As for the other overloads; <see cref="SwarmErrorCode.InvalidArgument"/> for a negative period.
    /// </exception>
    IAsyncEnumerable<ServiceProgress> WaitUntilConvergedAsync(
        ServiceId id,
        TimeSpan stableFor,
        CancellationToken cancellationToken = default) => WaitUntilConvergedAsync(id, cancellationToken);

    /// <summary>Reads the output of all tasks of a service, from every node.</summary>
    /// <param name="id">The service.</param>
    /// <param name="options">What to read; null means everything there is.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The lines; within a task in order.</returns>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.Unavailable"/>, after the lines, when a node could not deliver its part.
    /// </exception>
    IAsyncEnumerable<TaskLogLine> ReadLogsAsync(
        ServiceId id,
        LogOptions? options = null,
        CancellationToken cancellationToken = default);
}
