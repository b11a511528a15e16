namespace Swarm.Compose;

/// <summary>Something to know about a stack file.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Mark">Where.</param>
/// <param name="Message">What, in one or more lines.</param>
public sealed record StackDiagnostic(StackSeverity Severity, SourceMark Mark, string Message)
{
    /// <summary>Name of the file as it was given.</summary>
    public string Path => Mark.File;

    /// <summary>Line, from 1; 0 when it concerns no line.</summary>
    public int Line => Mark.Line;

    /// <summary>Column, from 1; 0 when it concerns no line.</summary>
    public int Column => Mark.Column;

    /// <summary>Place and message, as compilers print them.</summary>
    /// <returns>The text.</returns>
    public override string ToString() =>
        Mark.Line == 0 ? $"{Severity}: {Message}" : $"{Mark}: {Severity}: {Message}";
}

/// <summary>How bad a diagnostic is.</summary>
public enum StackSeverity
{
    /// <summary>The file works; something in it has no effect.</summary>
    Warning = 0,

    /// <summary>The file cannot be used.</summary>
    Error = 1,
}
