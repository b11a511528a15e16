using Swarm.Execution;

namespace Swarm;

/// <summary>A line of a task's output, with where it came from.</summary>
/// <param name="ServiceId">The service; empty for tasks without one.</param>
/// <param name="TaskId">The task.</param>
/// <param name="NodeId">The node it runs on.</param>
/// <param name="Line">The line.</param>
public sealed record TaskLogLine(ServiceId ServiceId, TaskId TaskId, NodeId NodeId, LogLine Line);
