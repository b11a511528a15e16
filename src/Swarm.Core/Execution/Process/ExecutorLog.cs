using Microsoft.Extensions.Logging;

namespace Swarm.Execution.Processes;

/// <summary>Log events 1600 to 1619.</summary>
internal static partial class ExecutorLog
{
    [LoggerMessage(1600, LogLevel.Information, "Task {TaskName} started as process {Pid}")]
    internal static partial void Started(ILogger logger, string taskName, int pid);

    [LoggerMessage(1601, LogLevel.Information, "Task {TaskName} ended with exit code {ExitCode}")]
    internal static partial void Ended(ILogger logger, string taskName, int exitCode);

    [LoggerMessage(1602, LogLevel.Warning, "Task {TaskName} became unhealthy and is stopped")]
    internal static partial void Unhealthy(ILogger logger, string taskName);

    [LoggerMessage(
        1603,
        LogLevel.Warning,
        "Task {TaskName} runs without its limit on {Resource}: no cgroup of this node can be written")]
    internal static partial void LimitIgnored(ILogger logger, string taskName, string resource);

    [LoggerMessage(1604, LogLevel.Warning, "Task {TaskName} runs outside of a cgroup: {Reason}")]
    internal static partial void CgroupUnusable(ILogger logger, string taskName, string reason);

    [LoggerMessage(1605, LogLevel.Warning, "Task {TaskName} did not stop within {GracePeriod} and is killed")]
    internal static partial void GracePeriodOver(ILogger logger, string taskName, TimeSpan gracePeriod);

    [LoggerMessage(1606, LogLevel.Warning, "Leftovers of task {TaskName} from an earlier run of this node were killed")]
    internal static partial void LeftoversKilled(ILogger logger, string taskName);

    [LoggerMessage(1607, LogLevel.Error, "Output or end of a process could not be handled")]
    internal static partial void CallbackFailed(ILogger logger, Exception exception);

    [LoggerMessage(1608, LogLevel.Warning, "Something of task {TaskName} could not be removed from {Path}: {Reason}")]
    internal static partial void NotRemoved(ILogger logger, string taskName, string path, string reason);

    [LoggerMessage(
        1609,
        LogLevel.Warning,
        "This machine has no memory file system for secrets; they are kept in {Path} while their tasks run")]
    internal static partial void SecretsOnDisk(ILogger logger, string path);

    [LoggerMessage(1610, LogLevel.Warning, "Secrets cannot be kept in {Path}: {Reason}")]
    internal static partial void SecretsNotHere(ILogger logger, string path, string reason);

    [LoggerMessage(1611, LogLevel.Error, "Secrets in {Path} could not be wiped: {Reason}")]
    internal static partial void NotWiped(ILogger logger, string path, string reason);

    [LoggerMessage(
        1612,
        LogLevel.Information,
        "Tasks find secrets by SWARM_SECRETS_DIR only: the trial of a mount namespace ended with {Reason}")]
    internal static partial void NoMountNamespace(ILogger logger, string reason);

    [LoggerMessage(1613, LogLevel.Warning, "{Path} was not written; a restart of this node ends its task: {Reason}")]
    internal static partial void RecordNotSaved(ILogger logger, string path, string reason);

    [LoggerMessage(1614, LogLevel.Warning, "{Path} cannot be read; the process of its task is not taken over: {Reason}")]
    internal static partial void RecordDamaged(ILogger logger, string path, string reason);

    [LoggerMessage(1615, LogLevel.Information, "Task {TaskName} still runs as process {Pid} and is taken over")]
    internal static partial void Adopted(ILogger logger, string taskName, int pid);

    [LoggerMessage(1616, LogLevel.Warning, "Task {TaskId} of an earlier run of this node is unknown now and is removed")]
    internal static partial void UnknownTask(ILogger logger, string taskId);

    [LoggerMessage(1617, LogLevel.Warning, "Task {TaskName} was taken over and is not on its networks: {Reason}")]
    internal static partial void NotRejoined(ILogger logger, string taskName, string reason);
}
