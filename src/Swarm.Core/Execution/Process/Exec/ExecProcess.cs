namespace Swarm.Execution.Processes;

/// <summary>A command that runs beside a task.</summary>
internal sealed class ExecProcess : IExecProcess
{
    private readonly SpawnedProcess _process;
    private readonly ExecQueue _output;
    private readonly ExecSpec _spec;

    internal ExecProcess(SpawnedProcess process, ExecQueue output, ExecSpec spec, ProcessRuntime runtime)
    {
        _process = process;
        _output = output;
        _spec = spec;
        output.Attach(process);
        Exited = ExitAsync();
        _ = FollowOutputAsync(runtime);
    }

    public int Pid => _process.Pid;

    public Task<int> Exited { get; }

    public IAsyncEnumerable<ExecOutput> ReadOutputAsync(CancellationToken cancellationToken) =>
        _output.ReadAsync(cancellationToken);

    public ValueTask WriteInputAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
        _spec.HasInput && _process.Input is { } input
            ? input.WriteAsync(data, cancellationToken)
            : throw new IOException("the command takes no input");

    public void EndInput()
    {
        if (_spec.Terminal is null)
        {
            _process.Input?.Dispose();
        }
    }

    public void Resize(TerminalSize size)
    {
        if (_spec.Terminal is not null)
        {
            _process.Input?.Resize(size);
        }
    }

    public ValueTask DisposeAsync()
    {
        EndInput();
        _output.Drop();
        return ValueTask.CompletedTask;
    }

    /// <summary>Kills the command itself.</summary>
    internal void Kill() => _process.TrySignal(Libc.SigKill);

    // Whoever killed the whole group of the task may have taken the exit code away.
    private async Task<int> ExitAsync()
    {
        var exitCode = await _process.Exited;
        return _process.IsExitKnown ? exitCode : SpawnedProcess.SignalOffset + Libc.SigKill;
    }

    // What it started may hold its output open for as long as the task runs.
    private async Task FollowOutputAsync(ProcessRuntime runtime)
    {
        await _process.Exited;
        while (!_process.OutputClosed.IsCompleted)
        {
            try
            {
                await _process.OutputClosed.WaitAsync(runtime.OutputGrace, runtime.TimeProvider);
            }
            catch (TimeoutException) when (_output.IsPaused)
            {
                // The reader is slow, and there is more for it.
            }
            catch (TimeoutException)
            {
                _process.CloseOutput();
            }
        }

        _process.Input?.Dispose();
        _output.Complete();
    }
}
