using Swarm.Execution;

namespace Swarm.Hosting.DockerApi;

/// <summary>A line on its way to a client.</summary>
/// <param name="Line">The line.</param>
/// <param name="Details">What <c>details=1</c> puts in front of it, without the space.</param>
internal readonly record struct LogEntry(LogLine Line, string Details)
{
    /// <summary>A line of a task; the CLI cannot show it without these three keys, which are in their order.</summary>
    public static LogEntry Of(TaskLogLine line) => new(
        line.Line,
        $"com.docker.swarm.node.id={Uri.EscapeDataString(line.NodeId.ToString())}," +
        $"com.docker.swarm.service.id={Uri.EscapeDataString(line.ServiceId.ToString())}," +
        $"com.docker.swarm.task.id={Uri.EscapeDataString(line.TaskId.ToString())}");
}
