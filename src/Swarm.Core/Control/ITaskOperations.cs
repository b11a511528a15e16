using Swarm.Execution;

namespace Swarm;

/// <summary>What can be done with tasks.</summary>
public interface ITaskOperations
{
    /// <summary>Finds a task by full id, exact name or unique id prefix, in this order.</summary>
    /// <param name="reference">The reference.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The task.</returns>
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.NotFound"/>.</exception>
    Task<SwarmTask> FindAsync(string reference, CancellationToken cancellationToken = default);

    /// <summary>Lists tasks.</summary>
    /// <param name="query">Which; null means all.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <returns>The tasks of one moment.</returns>
    IAsyncEnumerable<SwarmTask> ListAsync(TaskQuery? query = null, CancellationToken cancellationToken = default);

    /// <summary>Says why a task does not run.</summary>
    /// <param name="reference">The task, as for <see cref="FindAsync"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>What it waits for, or that it runs or has ended.</returns>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.NotFound"/>; <see cref="SwarmErrorCode.Unimplemented"/> from a client that cannot tell.
    /// </exception>
    Task<TaskExplanation> ExplainAsync(string reference, CancellationToken cancellationToken = default) =>
        throw new SwarmException(SwarmErrorCode.Unimplemented, "this client cannot explain tasks");

    /// <summary>Reads the output of one task.</summary>
    /// <param name="id">The task.</param>
    /// <param name="options">What to read; null means everything there is.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The lines in order.</returns>
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.Unavailable"/> when its node cannot deliver.</exception>
    IAsyncEnumerable<TaskLogLine> ReadLogsAsync(
        TaskId id,
        LogOptions? options = null,
        CancellationToken cancellationToken = default);
}

/// <summary>Which tasks to list; everything given must match.</summary>
/// <param name="ServiceId">Tasks of this service.</param>
/// <param name="NodeId">Tasks on this node.</param>
/// <param name="DesiredState">Tasks with this desired state.</param>
/// <param name="UpToDate">Tasks that do (or do not) match the current spec of their service.</param>
public sealed record TaskQuery(
    ServiceId? ServiceId = null,
    NodeId? NodeId = null,
    TaskState? DesiredState = null,
    bool? UpToDate = null);
