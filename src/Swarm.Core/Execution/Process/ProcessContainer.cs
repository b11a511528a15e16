using System.Security.Cryptography;
using Swarm.Orchestration;

namespace Swarm.Execution.Processes;

/// <summary>A task's process with what belongs to it: output, ports, limits, health.</summary>
internal sealed partial class ProcessContainer : IDisposable
{
    private const string UnhealthyCause = "dockerexec: unhealthy container";
    private const int IdLength = 64;

    /// <summary>Why a task whose exit code nobody got counts as failed.</summary>
    internal const string UnknownExit =
        "the exit code is not known, because this node was restarted while the task ran";

    private readonly Lock _gate = new();
    private readonly ProcessRuntime _runtime;
    private readonly LaunchPlan _plan;
    private readonly TaskCompletionSource<TaskExit> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _withdrawn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _healthStop = new();
    private SpawnedProcess? _process;
    private ProcessGroup? _group;
    private HealthMonitor? _health;
    private Task _watching = System.Threading.Tasks.Task.CompletedTask;
    private ValueList<EnvironmentVariable> _environment;
    private ContainerState _state;
    private int _exitCode;
    private ProcessIdentity? _identity;
    private TaskExit? _exit;
    private string _cause = "";
    private DateTimeOffset? _startedAt;
    private DateTimeOffset? _finishedAt;

    internal ProcessContainer(SwarmTask task, LaunchPlan plan, ProcessRuntime runtime)
    {
        Task = task;
        _plan = plan;
        _runtime = runtime;
        _environment = plan.Environment;
        CreatedAt = runtime.TimeProvider.GetUtcNow();
        Log = new(runtime.LogDirectoryOf(task.Id), runtime.Options, runtime.TimeProvider);
    }

    internal string Id { get; private init; } = RandomNumberGenerator.GetHexString(IdLength, lowercase: true);

    /// <summary>The task; replaced when its desired state or labels change.</summary>
    internal SwarmTask Task { get; set; }

    internal DateTimeOffset CreatedAt { get; private init; }

    internal TaskLog Log { get; }

    /// <summary>The ports of the node it listens on; empty before the start.</summary>
    internal ValueList<PortPublication> Ports { get; private set; }

    /// <summary>The same without those at which it is to get no more connections.</summary>
    internal ValueList<PortPublication> ReachedPorts => Withdrawn.IsCompleted
        ? Ports.Where(port => port.Mode == PublishMode.Host).ToValueList()
        : Ports;

    /// <summary>Completes when the routing mesh is to leave it alone although it still runs.</summary>
    internal Task Withdrawn => _withdrawn.Task;

    /// <summary>Completes when it has ended and all of its output is in the log.</summary>
    internal Task<TaskExit> Ended => _ended.Task;

    /// <summary>Completes when it is up: healthy, or started where nothing tells its health.</summary>
    internal Task Up => _health?.Healthy ?? System.Threading.Tasks.Task.CompletedTask;

    internal bool IsRunning
    {
        get
        {
            lock (_gate)
            {
                return _state == ContainerState.Running;
            }
        }
    }

    internal bool HasStarted
    {
        get
        {
            lock (_gate)
            {
                return _state != ContainerState.Created;
            }
        }
    }

    internal ContainerStatus Status
    {
        get
        {
            lock (_gate)
            {
                return new(Id, _state == ContainerState.Running ? _process!.Pid : 0, _exitCode);
            }
        }
    }

    /// <summary>Starts the process, once.</summary>
    /// <exception cref="LaunchException">It cannot be started.</exception>
    internal void Start()
    {
        lock (_gate)
        {
            if (_state != ContainerState.Created)
            {
                return;
            }

            try
            {
                Launch();
            }
            catch (Exception exception)
            {
                _state = ContainerState.Exited;
                _exitCode = exception is LaunchException launch ? launch.ExitCode : LaunchException.NotExecutableCode;
                _ended.TrySetResult(new(_exitCode, exception.Message));
                _runtime.Ports.Release(Ports);
                _group?.Cgroup?.TryRemove();
                _runtime.TakeBack(Task.Id);
                throw;
            }
        }

        ExecutorLog.Started(_runtime.Logger, Task.Name, _process!.Pid);
        Follow();
    }

    private void Follow()
    {
        _watching = _health?.WatchAsync(_healthStop.Token) ?? _watching;
        _ = FollowAsync(_process!);
        _ = StopWhenUnhealthyAsync();
    }

    /// <summary>
    /// Lets the routing mesh of every node turn away from a task that is about to stop; Docker waits as well. A task
    /// that ends meanwhile is not waited for.
    /// </summary>
    internal async Task DrainAsync(CancellationToken cancellationToken)
    {
        var time = _runtime.Options.DrainDelay;
        if (time <= TimeSpan.Zero || !IsRunning || !Ports.Any(port => port.Mode == PublishMode.Ingress))
        {
            return;
        }

        try
        {
            await Ended.WaitAsync(time, _runtime.TimeProvider, cancellationToken);
        }
        catch (TimeoutException)
        {
            // As wanted.
        }
    }

    /// <summary>Sends the stop signal and kills after the grace period.</summary>
    internal async Task StopAsync(TimeSpan? gracePeriod, CancellationToken cancellationToken)
    {
        if (!IsRunning)
        {
            return;
        }

        var grace = gracePeriod ?? _plan.StopGracePeriod;
        _process!.TrySignal(_plan.StopSignal);
        try
        {
            await _process.Exited.WaitAsync(grace, _runtime.TimeProvider, cancellationToken);
        }
        catch (TimeoutException)
        {
            ExecutorLog.GracePeriodOver(_runtime.Logger, Task.Name, grace);
            _process.KillTree();
        }

        await Ended.WaitAsync(cancellationToken);
    }

    /// <summary>Kills it with everything it started.</summary>
    internal async Task KillAsync(CancellationToken cancellationToken)
    {
        if (IsRunning)
        {
            _process!.KillTree();
            await Ended.WaitAsync(cancellationToken);
        }
    }

    internal bool TrySignal(int signal) => IsRunning && _process!.TrySignal(signal);

    internal List<int> Processes() => IsRunning ? _group!.Members(_process!.Pid) : [];

    internal ContainerInfo Describe()
    {
        lock (_gate)
        {
            return new()
            {
                Id = Id,
                Name = Task.Name,
                Task = Task,
                Image = _plan.Image,
                CommandLine = _plan.CommandLine,
                Environment = _environment,
                WorkingDirectory = WorkingDirectory,
                Hostname = _plan.Hostname,
                Labels = _plan.Labels,
                State = _state,
                Pid = _state == ContainerState.Running ? _process!.Pid : 0,
                ExitCode = _exitCode,
                CreatedAt = CreatedAt,
                StartedAt = _startedAt,
                FinishedAt = _finishedAt,
                Health = _health?.Current,
                Ports = Ports,
            };
        }
    }

    /// <summary>Closes the log; for a container that has ended.</summary>
    public void Dispose()
    {
        Log.Dispose();
        _healthStop.Dispose();
    }

    private string WorkingDirectory => _plan.WorkingDirectory.Length > 0
        ? _plan.WorkingDirectory
        : _runtime.WorkDirectoryOf(Task.Id);

    private void Launch()
    {
        Ports = _runtime.Ports.Reserve(ExposedPorts.With(
            Task.Endpoint?.Ports ?? default,
            Task.ServiceAnnotations.Labels[ServiceLabels.Expose]));
        _environment = _plan.EnvironmentWith(Ports);
        var executable = ExecutablePath.Resolve(_plan.CommandLine[0], _plan.Variable("PATH") ?? "", WorkingDirectory);
        _group = new(TaskLimits.Marker(Task.Id), TaskLimits.MakeCgroup(Task, _runtime));
        var request = Request(executable);
        try
        {
            _process = ProcessLauncher.Launch(request, _runtime.Loop);
        }
        catch (IOException exception) when (_group.Cgroup is not null)
        {
            // Cgroups can be made here but not entered, as in some containers.
            ExecutorLog.CgroupUnusable(_runtime.Logger, Task.Name, exception.Message);
            _group.Cgroup.TryRemove();
            _group = new(_group.Marker, cgroup: null);
            request = request with { Group = _group };
            _process = ProcessLauncher.Launch(request, _runtime.Loop);
        }

        _startedAt = _runtime.TimeProvider.GetUtcNow();
        _state = ContainerState.Running;
        _identity = ProcessIdentity.Of(_process.Pid);
        Save();
        WatchHealth(request);
    }

    private void WatchHealth(LaunchRequest request)
    {
        if (_plan.HealthCheck is { } check)
        {
            var probe = new HealthProbe(check, request, _runtime, Task.Id.ToString());
            _health = new(check, probe.RunAsync, _runtime.TimeProvider);
        }
    }

    private LaunchRequest Request(string executable) => new()
    {
        Executable = executable,
        Arguments = _plan.CommandLine,
        Environment = _environment,
        WorkingDirectory = WorkingDirectory,
        User = _plan.User,
        NoNewPrivileges = _plan.NoNewPrivileges,
        Capabilities = _plan.Capabilities,
        OomScore = _plan.OomScore,
        Ulimits = _plan.Ulimits,
        Mounts = _plan.Mounts,
        NetworkNamespace = _plan.NetworkNamespace,
        Group = _group!,
        Output = Log.Append,
        OutputDirectory = _runtime.LogDirectoryOf(Task.Id),
    };

    private async Task FollowAsync(SpawnedProcess process)
    {
        var exitCode = await process.Exited;
        await EndExecsAsync();
        try
        {
            await process.OutputClosed.WaitAsync(_runtime.OutputGrace, _runtime.TimeProvider);
        }
        catch (TimeoutException)
        {
            process.CloseOutput();
        }

        try
        {
            _runtime.TakeBack(Task.Id);
            Log.Complete();
            await EndHealthChecksAsync();
            await RemoveCgroupAsync();
        }
        finally
        {
            var cause = _cause.Length > 0 || process.IsExitKnown ? _cause : UnknownExit;
            var exit = new TaskExit(exitCode, exitCode == 0 ? "" : cause);
            lock (_gate)
            {
                _state = ContainerState.Exited;
                (_exit, _exitCode) = (exit, exitCode);
                _finishedAt = _runtime.TimeProvider.GetUtcNow();
                _runtime.Ports.Release(Ports);
            }

            ExecutorLog.Ended(_runtime.Logger, Task.Name, exitCode);
            Save();
            _ended.TrySetResult(exit);
        }
    }

    private async Task EndHealthChecksAsync()
    {
        await _healthStop.CancelAsync();
        try
        {
            await _watching;
        }
        catch (OperationCanceledException)
        {
            // As wanted.
        }
    }

    private async Task StopWhenUnhealthyAsync()
    {
        if (_health is null)
        {
            return;
        }

        try
        {
            await _watching;
        }
        catch (OperationCanceledException)
        {
            return;
        }

        ExecutorLog.Unhealthy(_runtime.Logger, Task.Name);
        _cause = UnhealthyCause;
        _withdrawn.TrySetResult();
        await DrainAsync(CancellationToken.None);
        await StopAsync(gracePeriod: null, CancellationToken.None);
    }

    private async Task RemoveCgroupAsync()
    {
        if (_group?.Cgroup is { } cgroup && !await _runtime.RemoveAsync(cgroup))
        {
            ExecutorLog.NotRemoved(_runtime.Logger, Task.Name, "its cgroup", "processes are still in it");
        }
    }
}
