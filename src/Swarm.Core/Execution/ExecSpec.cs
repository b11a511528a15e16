namespace Swarm.Execution;

/// <summary>A command to run beside a task.</summary>
public sealed record ExecSpec
{
    /// <summary>Executable and arguments; not empty.</summary>
    public required ValueList<string> CommandLine { get; init; }

    /// <summary>Variables in addition to those of the task; a value of null takes one away.</summary>
    public ValueList<EnvironmentVariable> Environment { get; init; }

    /// <summary>Absolute path; empty means where the task runs.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary><c>user</c> or <c>user:group</c>, names or ids; empty means as the task.</summary>
    public string User { get; init; } = "";

    /// <summary>Whether it has an input that can be written to; otherwise it reads an empty one.</summary>
    public bool HasInput { get; init; }

    /// <summary>Give it a terminal of this size; null means pipes.</summary>
    public TerminalSize? Terminal { get; init; }

    /// <summary>Let it have what the task has been denied: capabilities, and gaining privileges.</summary>
    public bool Privileged { get; init; }
}

/// <summary>Size of a terminal in characters.</summary>
/// <param name="Rows">Height.</param>
/// <param name="Columns">Width.</param>
public readonly record struct TerminalSize(ushort Rows, ushort Columns);

/// <summary>A piece of what a command wrote.</summary>
/// <param name="Stream">To what; always <see cref="LogStream.Stdout"/> with a terminal.</param>
/// <param name="Data">The bytes.</param>
public readonly record struct ExecOutput(LogStream Stream, ReadOnlyMemory<byte> Data);
