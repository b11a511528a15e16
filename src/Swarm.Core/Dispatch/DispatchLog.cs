using Microsoft.Extensions.Logging;

namespace Swarm.Dispatch;

/// <summary>What the dispatcher tells its operator.</summary>
internal static partial class DispatchLog
{
    [LoggerMessage(1400, LogLevel.Information, "Dispatcher started")]
    public static partial void Started(ILogger logger);

    [LoggerMessage(1401, LogLevel.Information, "Dispatcher stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(1402, LogLevel.Debug, "Node {NodeId} registered from {Address}")]
    public static partial void Registered(ILogger logger, NodeId nodeId, string address);

    [LoggerMessage(
        1419,
        LogLevel.Warning,
        "This manager stood still for {Lateness}; nodes get that time again before they count as down")]
    public static partial void Stalled(ILogger logger, TimeSpan lateness);

    [LoggerMessage(1403, LogLevel.Warning, "Node {NodeId} is down: {Reason}")]
    public static partial void NodeDown(ILogger logger, NodeId nodeId, string reason);

    [LoggerMessage(1404, LogLevel.Warning, "Statuses could not be written: {Reason}; trying again")]
    public static partial void StatusWriteFailed(ILogger logger, string reason);

    [LoggerMessage(1405, LogLevel.Warning, "Tasks of node {NodeId}, down for long, are given up")]
    public static partial void TasksOrphaned(ILogger logger, NodeId nodeId);

    [LoggerMessage(1406, LogLevel.Warning, "Secret {SecretId} for task {TaskId} could not be fetched: {Reason}")]
    public static partial void SecretFetchFailed(ILogger logger, SecretId secretId, TaskId taskId, string reason);

    [LoggerMessage(1407, LogLevel.Warning, "Nodes could not be marked unknown: {Reason}; trying again")]
    public static partial void MarkUnknownFailed(ILogger logger, string reason);

    [LoggerMessage(1408, LogLevel.Warning, "Tasks of node {NodeId} could not be given up: {Reason}; trying again")]
    public static partial void OrphaningFailed(ILogger logger, NodeId nodeId, string reason);
}
