namespace Swarm.Execution.Processes;

/// <summary>Both ends of what a new process reads and writes; each is closed once, unless it was taken.</summary>
internal sealed class LaunchStreams : IDisposable
{
    private readonly Pipe _input;
    private readonly Pipe _output;
    private readonly Pipe _errors;
    private readonly PseudoTerminal? _terminal;

    private LaunchStreams(Pipe input, Pipe output, Pipe errors, PseudoTerminal? terminal) =>
        (_input, _output, _errors, _terminal) = (input, output, errors, terminal);

    /// <summary>What the process reads; negative means nothing.</summary>
    internal int Input => _input.Reader;

    internal int Output => _output.Writer;

    internal int Errors => _errors.Writer;

    /// <summary>Path of the terminal that is all three; null when there is none.</summary>
    internal string? Terminal => _terminal?.Path;

    /// <exception cref="IOException">The system refuses.</exception>
    internal static LaunchStreams Open(LaunchRequest request)
    {
        if (request.Terminal is { } size)
        {
            return new(Pipe.None, Pipe.None, Pipe.None, PseudoTerminal.Open(size, request.User));
        }

        var (input, output) = (Pipe.None, Pipe.None);
        try
        {
            input = request.HasInput ? Pipe.Open() : input;
            output = OpenOutput(request, ProcessLauncher.OutputName);
            return new(input, output, OpenOutput(request, ProcessLauncher.ErrorsName), terminal: null);
        }
        catch
        {
            input.Close();
            output.Close();
            throw;
        }
    }

    /// <summary>Hands over what the process is read by.</summary>
    internal int TakeOutput()
    {
        if (_terminal is not null)
        {
            return _terminal.Take();
        }

        _output.CloseWriter();
        return _output.Take();
    }

    /// <summary>Hands over what its errors are read by; negative when they come with the output.</summary>
    internal int TakeErrors()
    {
        _errors.CloseWriter();
        return _errors.Take();
    }

    /// <summary>Hands over what it is written by; negative when it reads nothing.</summary>
    internal int TakeInput() => _terminal?.TakeWriter() ?? (_input.Writer < 0 ? -1 : _input.TakeWriter());

    public void Dispose()
    {
        _input.Close();
        _output.Close();
        _errors.Close();
        _terminal?.Dispose();
    }

    private static Pipe OpenOutput(LaunchRequest request, string name) => request.OutputDirectory is { } directory
        ? Pipe.OpenNamed(System.IO.Path.Combine(directory, name), request.User)
        : Pipe.Open();
}
