using Swarm.Execution;

namespace Swarm.Control;

/// <summary>Reads the output of all tasks of a service, or, when <paramref name="task"/> is given, of one task.</summary>
internal delegate IAsyncEnumerable<TaskLogLine> LogReader(
    ServiceId service,
    TaskId task,
    LogOptions options,
    CancellationToken cancellationToken);
