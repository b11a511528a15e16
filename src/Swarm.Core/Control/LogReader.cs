using Swarm.Execution;

namespace Swarm.Control;

/// <summary>Reads the output of all tasks of a service, or of one if <paramref name="task"/> is given.</summary>
internal delegate IAsyncEnumerable<TaskLogLine> LogReader(
    ServiceId service,
    TaskId task,
    LogOptions options,
    CancellationToken cancellationToken);
