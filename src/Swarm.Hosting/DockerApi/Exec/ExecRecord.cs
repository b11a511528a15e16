using Swarm.Execution;

namespace Swarm.Hosting.DockerApi;

/// <summary>A command that somebody has asked for: not started, running or ended.</summary>
internal sealed class ExecRecord(string id, string containerId, ExecCreateDocument request)
{
    private readonly Lock _gate = new();
    private bool _begun;
    private IExecProcess? _process;
    private int? _failure;

    public string Id { get; } = id;

    public string ContainerId { get; } = containerId;

    public ExecCreateDocument Request { get; } = request;

    public bool IsRunning
    {
        get
        {
            lock (_gate)
            {
                return _process is { Exited.IsCompleted: false } || (_begun && _process is null && _failure is null);
            }
        }
    }

    /// <summary>Null before the start and after one that failed.</summary>
    public IExecProcess? Process
    {
        get
        {
            lock (_gate)
            {
                return _process;
            }
        }
    }

    /// <summary>Claims the one start that there is.</summary>
    /// <exception cref="DockerApiException">Status 409: somebody has started it.</exception>
    public void Begin()
    {
        var isRunning = IsRunning;
        lock (_gate)
        {
            if (_begun)
            {
                throw DockerApiException.Conflict(
                    $"Error: Exec command {Id} {(isRunning ? "is already running" : "has already run")}");
            }

            _begun = true;
        }
    }

    public void Started(IExecProcess process)
    {
        lock (_gate)
        {
            _process = process;
        }
    }

    public void Failed(int exitCode)
    {
        lock (_gate)
        {
            _failure = exitCode;
        }
    }

    public async Task<ExecInspectDocument> DescribeAsync()
    {
        var process = Process;
        return new()
        {
            Id = Id,
            Running = IsRunning,
            ExitCode = process is { Exited.IsCompletedSuccessfully: true } ? await process.Exited : _failure,
            ProcessConfig = new(
                Request.Tty, Request.Cmd![0], Request.Cmd[1..], Request.Privileged, Request.User ?? ""),
            OpenStdin = Request.AttachStdin,
            OpenStderr = Request.AttachStderr,
            OpenStdout = Request.AttachStdout,
            ContainerId = ContainerId,
            Pid = process?.Pid ?? 0,
        };
    }
}
