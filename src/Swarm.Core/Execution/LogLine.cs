namespace Swarm.Execution;

/// <summary>A line of output.</summary>
/// <param name="Stream">Which output.</param>
/// <param name="Timestamp">When it was written.</param>
/// <param name="Data">The bytes, the newline included where the task wrote one.</param>
public readonly record struct LogLine(LogStream Stream, DateTimeOffset Timestamp, ReadOnlyMemory<byte> Data);

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
