namespace Swarm.Compose;

/// <summary>A place in a stack file.</summary>
/// <param name="File">Name of the file as it was given; <c>-</c> for standard input; empty when unknown.</param>
/// <param name="Line">Line, from 1; 0 when unknown.</param>
/// <param name="Column">Column in UTF-16 code units, from 1; 0 when unknown.</param>
public readonly record struct SourceMark(string File, int Line, int Column)
{
    /// <summary>The place as editors and terminals understand it: <c>file:line:column</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Line == 0 ? File ?? "" : $"{File}:{Line}:{Column}";
}
