namespace Swarm.Compose;

/// <summary>Stack files that cannot be used; <see cref="Diagnostics"/> says why and where.</summary>
public sealed class StackFileException : Exception
{
    internal StackFileException(string summary, IEnumerable<StackDiagnostic> diagnostics)
        : base(summary) => Diagnostics = diagnostics.ToValueList();

    internal StackFileException(string message, SourceMark mark)
        : this(message, [new(StackSeverity.Error, mark, message)])
    {
    }

    /// <summary>Every error found, in the order of the files.</summary>
    /// <remarks><see cref="Exception.Message"/> is the one line that <c>docker stack</c> shows.</remarks>
    public ValueList<StackDiagnostic> Diagnostics { get; }
}
