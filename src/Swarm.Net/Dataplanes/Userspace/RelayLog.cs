using Microsoft.Extensions.Logging;

namespace Swarm.Net.Userspace;

/// <summary>What TCP front ends have to tell.</summary>
internal static partial class RelayLog
{
    [LoggerMessage(3000, LogLevel.Debug, "{Frontend} could not accept a connection: {Reason}")]
    public static partial void AcceptFailed(ILogger logger, Frontend frontend, string reason);

    [LoggerMessage(3001, LogLevel.Warning, "{Frontend} has as many connections as it may have and resets another one")]
    public static partial void Full(ILogger logger, Frontend frontend);

    [LoggerMessage(3002, LogLevel.Error, "A connection of {Frontend} failed")]
    public static partial void RelayFailed(ILogger logger, Exception exception, Frontend frontend);
}
