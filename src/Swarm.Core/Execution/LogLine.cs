namespace Swarm.Execution;

/// <summary>A line of output.</summary>
/// <param name="Stream">Which output.</param>
/// <param name="Timestamp">When it was written.</param>
/// <param name="Data">The bytes, the newline included where the task wrote one.</param>
/// <param name="Attributes">What the log driver adds on request, such as labels.</param>
public readonly record struct LogLine(
    LogStream Stream,
    DateTimeOffset Timestamp,
    ReadOnlyMemory<byte> Data,
    ValueList<LogAttribute> Attributes = default);

/// <summary>Something a log driver says of a line.</summary>
/// <param name="Key">What.</param>
/// <param name="Value">Its value.</param>
public sealed record LogAttribute(string Key, string Value);

/// <summary>The outputs of a task; numbers are SwarmKit's.</summary>
public enum LogStream
{
    /// <summary>Not known.</summary>
    Unknown = 0,

    /// <summary>Standard output.</summary>
    Stdout = 1,

    /// <summary>Standard error.</summary>
    Stderr = 2,
}
