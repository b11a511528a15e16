namespace Swarm.Execution.Processes;

/// <content>Commands that run beside the task.</content>
internal sealed partial class ProcessContainer
{
    /// <summary>Commands at a time; each holds a process and up to three descriptors of this node.</summary>
    internal const int MaxExecs = 128;

    private readonly HashSet<ExecProcess> _execs = [];
    private bool _isEnding;

    /// <summary>Starts a command.</summary>
    /// <exception cref="SwarmException">Not now, or never; the message says why.</exception>
    /// <exception cref="ExecStartException">There is no such program, or it cannot be executed.</exception>
    internal ExecProcess StartExec(ExecSpec spec)
    {
        lock (_gate)
        {
            if (_state != ContainerState.Running || _isEnding)
            {
                throw SwarmException.FailedPrecondition($"container {Id} is not running");
            }

            if (_execs.Count >= MaxExecs)
            {
                throw new SwarmException(
                    SwarmErrorCode.ResourceExhausted,
                    $"{MaxExecs} commands run in container {Id} already; wait for one of them to end");
            }

            var exec = LaunchExec(spec);
            _execs.Add(exec);
            _ = ForgetAsync(exec);
            return exec;
        }
    }

    /// <summary>Kills all commands and lets no more start; for the end of the task, or of its node.</summary>
    internal async Task EndExecsAsync()
    {
        ExecProcess[] execs;
        lock (_gate)
        {
            _isEnding = true;
            execs = [.. _execs];
        }

        foreach (var exec in execs)
        {
            exec.Kill();
            await exec.Exited;
        }
    }

    private ExecProcess LaunchExec(ExecSpec spec)
    {
        var output = new ExecQueue();
        try
        {
            var request = ExecPlanner.Plan(spec, Request(executable: "")) with { Output = output.Append };
            return new(ProcessLauncher.Launch(request, _runtime.Loop), output, spec, _runtime);
        }
        catch (LaunchException exception)
        {
            throw new ExecStartException(exception.Message, exception.ExitCode);
        }
        catch (IOException exception)
        {
            throw new SwarmException(
                SwarmErrorCode.Unavailable, $"the command cannot be started: {exception.Message}", exception);
        }
    }

    private async Task ForgetAsync(ExecProcess exec)
    {
        await exec.Exited;
        lock (_gate)
        {
            _execs.Remove(exec);
        }
    }
}
