namespace Swarm.Execution;

/// <summary>A controller that keeps the output of its task.</summary>
public interface ITaskLogSource
{
    /// <summary>Reads the output, oldest first; without follow, ends at what is there now.</summary>
    /// <param name="options">What to read.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The lines.</returns>
    IAsyncEnumerable<LogLine> ReadLogsAsync(LogOptions options, CancellationToken cancellationToken);
}

/// <summary>A controller that knows the process or container of its task.</summary>
public interface IContainerStatusSource
{
    /// <summary>The process or container; null before there is one.</summary>
    ContainerStatus? ContainerStatus { get; }
}

/// <summary>A controller that knows at which ports of the node its task is reached.</summary>
public interface IPortStatusSource
{
    /// <summary>
    /// The ports with the node's numbers as published ports. Those in host mode are open to everyone and shown to
    /// users; those in ingress mode are where the routing mesh of every node finds the task.
    /// </summary>
    ValueList<PortPublication> Ports { get; }

    /// <summary>
    /// Completes when the task is to get no more connections through the routing mesh although it still runs, as when
    /// it has become unhealthy and is about to be stopped; <see cref="Ports"/> no longer names those ports then.
    /// </summary>
    /// <value>Default: never completes.</value>
    Task PortsWithdrawn => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
}
