namespace Swarm.Execution;

/// <summary>An executor that can run commands beside its tasks: <c>docker exec</c>.</summary>
public interface IExecSource
{
    /// <summary>Starts a command with a container's environment, working directory and user, within its limits.</summary>
    /// <param name="containerId">Full id.</param>
    /// <param name="spec">The command.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The running command; it ends with its container at the latest.</returns>
    /// <exception cref="SwarmException">
    /// No such container, it does not run, too many commands run in it, or the command asks for what cannot be had.
    /// </exception>
    /// <exception cref="ExecStartException">There is no such program, or it cannot be executed.</exception>
    ValueTask<IExecProcess> StartExecAsync(string containerId, ExecSpec spec, CancellationToken cancellationToken);
}

/// <summary>A command that runs beside a task.</summary>
/// <remarks>
/// Its output must be read: a command that has written more than what is kept (about 256 KiB) waits for its reader.
/// Disposing lets the command run on without input, and drops its further output.
/// </remarks>
public interface IExecProcess : IAsyncDisposable
{
    /// <summary>Process id.</summary>
    int Pid { get; }

    /// <summary>Completes with the exit code when it has ended; 128 + signal after a signal.</summary>
    Task<int> Exited { get; }

    /// <summary>Reads what it writes, for one reader.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Pieces in the order of writing; ends some time after the command at the latest.</returns>
    IAsyncEnumerable<ExecOutput> ReadOutputAsync(CancellationToken cancellationToken);

    /// <summary>Writes to its standard input; waits while the command does not read.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Completes when all of it is on its way.</returns>
    /// <exception cref="IOException">The command has ended or takes no input.</exception>
    ValueTask WriteInputAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken);

    /// <summary>Tells it that its input is at its end; means nothing to a terminal.</summary>
    void EndInput();

    /// <summary>Tells it the size of its terminal; means nothing without one.</summary>
    /// <param name="size">The size.</param>
    void Resize(TerminalSize size);
}

/// <summary>The program of a command could not be started.</summary>
/// <param name="message">Why, in Docker's words.</param>
/// <param name="exitCode">127: there is no such program; 126: it cannot be executed.</param>
public sealed class ExecStartException(string message, int exitCode) : Exception(message)
{
    /// <summary>The exit code that a shell would give: 127 or 126.</summary>
    public int ExitCode { get; } = exitCode;
}
