using Microsoft.Extensions.Logging;

namespace Swarm.Docker.Execution;

/// <summary>Log events 5000 to 5019.</summary>
internal static partial class DockerLog
{
    [LoggerMessage(5000, LogLevel.Warning, "Image {Image} was not fetched; one that is here will do: {Reason}")]
    internal static partial void NotPulled(ILogger logger, string image, string reason);

    [LoggerMessage(5001, LogLevel.Warning, "Events of the engine are interrupted: {Reason}")]
    internal static partial void EventsInterrupted(ILogger logger, string reason);

    [LoggerMessage(5002, LogLevel.Warning, "Task {TaskName} became unhealthy and is stopped")]
    internal static partial void Unhealthy(ILogger logger, string taskName);

    [LoggerMessage(
        5003, LogLevel.Warning, "Container {ContainerId} of an earlier run of this node is unknown now and is removed")]
    internal static partial void UnknownContainer(ILogger logger, string containerId);

    [LoggerMessage(5004, LogLevel.Warning, "Something of the engine could not be removed: {Reason}")]
    internal static partial void NotRemoved(ILogger logger, string reason);

    [LoggerMessage(5005, LogLevel.Warning, "Container {ContainerId} was not stopped: {Reason}")]
    internal static partial void NotStopped(ILogger logger, string containerId, string reason);

    [LoggerMessage(
        5006,
        LogLevel.Information,
        "Overlay network {Network} is a bridge of this engine: its tasks on this node reach each other, no others")]
    internal static partial void OverlayIsBridge(ILogger logger, string network);

    [LoggerMessage(
        5007,
        LogLevel.Warning,
        "Overlay network {Network} has addresses of the engine's choice here in place of {Subnet}, and its services no "
        + "virtual addresses: {Reason}")]
    internal static partial void EngineAddresses(ILogger logger, string network, string subnet, string reason);

    [LoggerMessage(
        5008,
        LogLevel.Warning,
        "The virtual addresses of overlay network {Network} are not answered by this node: {Reason}")]
    internal static partial void NotAnswered(ILogger logger, string network, string reason);
}
