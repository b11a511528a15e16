using Microsoft.Extensions.Logging;

namespace Swarm.Agents;

/// <summary>What agents tell their operator.</summary>
internal static partial class AgentLog
{
    [LoggerMessage(1500, LogLevel.Information, "Session {SessionId} established; the agent is registered")]
    public static partial void SessionEstablished(ILogger logger, string sessionId);

    [LoggerMessage(1501, LogLevel.Warning, "Session ended: {Reason}; the next attempt is in {Delay}")]
    public static partial void SessionEnded(ILogger logger, string reason, TimeSpan delay);

    [LoggerMessage(1502, LogLevel.Information, "The node's description has changed; registering again")]
    public static partial void DescriptionChanged(ILogger logger);

    [LoggerMessage(1503, LogLevel.Warning, "The executor could not describe the node")]
    public static partial void DescribeFailed(ILogger logger, Exception exception);

    [LoggerMessage(1504, LogLevel.Warning, "The executor could not take the node's configuration")]
    public static partial void ConfigureFailed(ILogger logger, Exception exception);

    [LoggerMessage(1505, LogLevel.Warning, "Assignments have a gap: {Actual} does not follow {Expected}; reopening")]
    public static partial void AssignmentGap(ILogger logger, string expected, string actual);

    [LoggerMessage(1506, LogLevel.Warning, "The status of task {TaskId} was refused: {Reason}")]
    public static partial void StatusRefused(ILogger logger, TaskId taskId, string reason);

    [LoggerMessage(1507, LogLevel.Warning, "Task {TaskId}: {Step} failed: {Reason}")]
    public static partial void StepFailed(ILogger logger, TaskId taskId, TaskStep step, string reason);

    [LoggerMessage(1508, LogLevel.Debug, "Task {TaskId}: {From} to {To}")]
    public static partial void StateChanged(ILogger logger, TaskId taskId, TaskState from, TaskState to);

    [LoggerMessage(1509, LogLevel.Warning, "Task {TaskId}: {Operation} did not succeed")]
    public static partial void CallFailed(ILogger logger, TaskId taskId, string operation, Exception exception);

    [LoggerMessage(1510, LogLevel.Error, "Tasks could not be saved on this node; they may be unknown after a restart")]
    public static partial void SaveFailed(ILogger logger, Exception exception);

    [LoggerMessage(1511, LogLevel.Warning, "Logs of task {TaskId} could not be read")]
    public static partial void LogReadFailed(ILogger logger, TaskId taskId, Exception exception);

    [LoggerMessage(1512, LogLevel.Debug, "Log subscription {SubscriptionId} ended: {Reason}")]
    public static partial void LogSubscriptionEnded(ILogger logger, string subscriptionId, string reason);

    [LoggerMessage(1513, LogLevel.Error, "Tasks of this node could not be loaded; only those assigned again are known")]
    public static partial void LoadFailed(ILogger logger, Exception exception);

    [LoggerMessage(1514, LogLevel.Warning, "Too many log subscriptions; {SubscriptionId} is not served")]
    public static partial void TooManyLogSubscriptions(ILogger logger, string subscriptionId);

    [LoggerMessage(1515, LogLevel.Critical, "Task {TaskId} is no longer driven because of a defect in the agent")]
    public static partial void RunnerCrashed(ILogger logger, TaskId taskId, Exception exception);

    [LoggerMessage(1516, LogLevel.Warning, "Tasks that nobody knows any more could not be removed from this node")]
    public static partial void LeftoversStay(ILogger logger, Exception exception);
}
