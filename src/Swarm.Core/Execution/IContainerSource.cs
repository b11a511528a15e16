namespace Swarm.Execution;

/// <summary>An executor whose tasks can be looked at as containers: <c>docker ps</c>, <c>inspect</c>, <c>rm -f</c>.</summary>
public interface IContainerSource
{
    /// <summary>The containers of this node's tasks, newest first, ended ones included until removed.</summary>
    /// <returns>A snapshot.</returns>
    IReadOnlyList<ContainerInfo> ListContainers();

    /// <summary>Sends a signal to a container's main process.</summary>
    /// <param name="containerId">Full id.</param>
    /// <param name="signal">Signal name such as <c>SIGKILL</c>, or number.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Completes when the signal is sent.</returns>
    /// <exception cref="SwarmException">No such container, it does not run, or no such signal.</exception>
    Task SignalAsync(string containerId, string signal, CancellationToken cancellationToken);

    /// <summary>Stops a container: stop signal, grace period, kill.</summary>
    /// <param name="containerId">Full id.</param>
    /// <param name="gracePeriod">Time until the kill; null means the task's own.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Completes when it has stopped.</returns>
    Task StopAsync(string containerId, TimeSpan? gracePeriod, CancellationToken cancellationToken);

    /// <summary>Removes a container; its task fails when it was running.</summary>
    /// <param name="containerId">Full id.</param>
    /// <param name="force">Kill it first when it runs.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Completes when it is gone from <see cref="ListContainers"/>.</returns>
    /// <exception cref="SwarmException">No such container, or it runs and <paramref name="force"/> is false.</exception>
    Task RemoveAsync(string containerId, bool force, CancellationToken cancellationToken);

    /// <summary>Reads the output of a container.</summary>
    /// <param name="containerId">Full id.</param>
    /// <param name="options">What to read.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The lines.</returns>
    IAsyncEnumerable<LogLine> ReadLogsAsync(
        string containerId,
        LogOptions options,
        CancellationToken cancellationToken);

    /// <summary>Lists the processes of a container, as <c>ps</c> does.</summary>
    /// <param name="containerId">Full id.</param>
    /// <returns>The processes.</returns>
    IReadOnlyList<ContainerProcess> ListProcesses(string containerId);
}
