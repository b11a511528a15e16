namespace Swarm.Execution;

/// <summary>Carries one task through its life.</summary>
/// <remarks>
/// The agent owns the state machine and calls one method at a time, each possibly again after it was cancelled or the
/// agent restarted: every method must be idempotent. Exceptions decide the state:
/// <see cref="TransientExecutorException"/> is retried after a second; anything else makes the task REJECTED before
/// <see cref="StartAsync"/> was called and FAILED afterwards, with the exception's message as its error.
/// Optional abilities are further interfaces: <see cref="ITaskLogSource"/>, <see cref="IContainerStatusSource"/>,
/// <see cref="IPortStatusSource"/>.
/// </remarks>
public interface ITaskController : IAsyncDisposable
{
    /// <summary>Makes everything ready so that <see cref="StartAsync"/> is quick.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Completes when the task could start; also when it had been prepared before.</returns>
    Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Starts the task; with a health check, waits until it is healthy.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Completes when the task runs; also when it had been started before.</returns>
    /// <exception cref="TaskFailedException">The task ended, or became unhealthy, before it was up.</exception>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Waits until the task ends by itself.</summary>
    /// <param name="cancellationToken">Ends the call; the task runs on.</param>
    /// <returns>How it ended; exit code 0 makes it COMPLETE, anything else FAILED.</returns>
    Task<TaskExit> WaitAsync(CancellationToken cancellationToken);

    /// <summary>Hands over a changed task; only its desired state and labels can change.</summary>
    /// <param name="task">The task.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Completes when the change is taken.</returns>
    Task UpdateAsync(SwarmTask task, CancellationToken cancellationToken);

    /// <summary>Stops the task gracefully: signal, grace period, kill.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Completes when the task has stopped; also when it never ran.</returns>
    Task ShutdownAsync(CancellationToken cancellationToken);

    /// <summary>Stops the task at once.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Completes when the task has stopped; also when it never ran.</returns>
    Task TerminateAsync(CancellationToken cancellationToken);

    /// <summary>Removes everything the task left behind, its logs included.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Completes when nothing is left.</returns>
    Task RemoveAsync(CancellationToken cancellationToken);
}
