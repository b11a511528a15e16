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

/// <summary>A controller that opens host-mode ports for its task.</summary>
public interface IPortStatusSource
{
    /// <summary>The ports as opened.</summary>
    ValueList<PortPublication> Ports { get; }
}
