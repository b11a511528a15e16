using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Execution.Processes;

namespace Swarm.Execution;

/// <summary>Runs tasks as processes of this machine; needs no privileges. Linux only.</summary>
/// <remarks>
/// Image <c>host</c> runs the command from the host; other images are names registered in
/// <see cref="ProcessExecutorOptions.Images"/>. A task leads a session of its own, gets a clean environment and a
/// directory of its own, its secrets and configs in memory, and finds the port to listen on in <c>PORT</c> and
/// <c>SWARM_PORT_target</c>. Limits, and
/// killing a task with all of its descendants however they detached, use a cgroup per task where one can be made.
/// When the host process dies, tasks run on; the next executor with the same state directory takes a task over when it
/// is
/// asked for a controller. Their output waits in pipes of 1 MiB meanwhile, as with Docker's live restore; a task that
/// fills one waits. Disposing the executor kills all tasks, unless the options say otherwise.
/// </remarks>
public sealed class ProcessExecutor
    : IExecutor, IContainerSource, IExecSource, IImageSource, IAsyncDisposable, ILeftoverSource, INodePortExecutor
{
    private readonly ProcessRuntime _runtime;
    private readonly ContainerRegistry _containers = new();
    private int _swept;
    private int _disposed;

    /// <summary>Makes an executor.</summary>
    /// <param name="options">Options.</param>
    /// <param name="timeProvider">The clock; null means the system's.</param>
    /// <param name="logger">The log; null means none.</param>
    /// <exception cref="PlatformNotSupportedException">This is not Linux.</exception>
    public ProcessExecutor(
        ProcessExecutorOptions options,
        TimeProvider? timeProvider = null,
        ILogger<ProcessExecutor>? logger = null)
        : this(options, DetectCgroups(options), timeProvider, logger)
    {
    }

    internal ProcessExecutor(
        ProcessExecutorOptions options,
        CgroupMounts cgroups,
        TimeProvider? timeProvider = null,
        ILogger? logger = null)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("The process executor needs Linux.");
        }

        var log = logger ?? NullLogger.Instance;
        _runtime = new(
            options,
            new EventLoop(log),
            cgroups,
            new PortReservations(),
            timeProvider ?? TimeProvider.System,
            log);
    }

    /// <summary>How tasks find others by name; set by the node that the executor belongs to.</summary>
    internal ITaskNames? Names
    {
        get => _runtime.Names;
        set => _runtime.Names = value;
    }

    /// <summary>Whether tasks get cgroups, and with them an exact kill and limits.</summary>
    internal CgroupMounts Cgroups => _runtime.Cgroups;

    /// <inheritdoc/>
    public ValueTask<NodeDescription> DescribeAsync(CancellationToken cancellationToken) =>
        new(MachineDescription.Describe(_runtime.Options, _runtime.Cgroups.Limits()));

    /// <inheritdoc/>
    public ValueTask ConfigureAsync(Node node, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _swept, 1) == 0)
        {
            _runtime.Files.Sweep(task => new ProcessGroup(TaskLimits.Marker(task), cgroup: null).Members(0).Count > 0);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ITaskController CreateController(SwarmTask task, ITaskDependencies dependencies)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(dependencies);
        return task.Spec.Workload is ContainerSpec
            ? new ProcessTaskController(task, dependencies, _runtime, _containers)
            : throw new TaskRejectedException("the process executor runs containers only");
    }

    bool IImageSource.Knows(string reference) =>
        ProcessImages.IsHost(reference) || _runtime.Options.Images.TryGet(reference, out _);

    Task ILeftoverSource.RemoveLeftoversAsync(IReadOnlySet<TaskId> known, CancellationToken cancellationToken) =>
        Leftovers.RemoveAsync(
            known,
            _runtime,
            task => new ProcessTaskController(
                new SwarmTask { Id = task, Spec = new() { Workload = new ContainerSpec { Image = "" } } },
                NoDependencies.Instance,
                _runtime,
                _containers),
            cancellationToken);

    /// <inheritdoc/>
    public IReadOnlyList<ContainerInfo> ListContainers() =>
        [.. _containers.All.Select(container => container.Describe())];

    /// <inheritdoc/>
    public Task SignalAsync(string containerId, string signal, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(signal);
        var container = _containers.Get(containerId);
        var number = Signals.Parse(signal)
            ?? throw SwarmException.InvalidArgument($"invalid signal: {signal}");
        if (number == Libc.SigKill && container.IsRunning)
        {
            return container.KillAsync(cancellationToken);
        }

        return container.TrySignal(number)
            ? Task.CompletedTask
            : throw SwarmException.FailedPrecondition(
                $"cannot kill container: {containerId}: container {containerId} is not running");
    }

    /// <inheritdoc/>
    public Task StopAsync(string containerId, TimeSpan? gracePeriod, CancellationToken cancellationToken) =>
        _containers.Get(containerId).StopAsync(gracePeriod, cancellationToken);

    /// <inheritdoc/>
    public async Task RemoveAsync(string containerId, bool force, CancellationToken cancellationToken)
    {
        var container = _containers.Get(containerId);
        if (container.IsRunning && !force)
        {
            throw SwarmException.FailedPrecondition(
                $"You cannot remove a running container {containerId}. "
                + "Stop the container before attempting removal or force remove");
        }

        await container.KillAsync(cancellationToken);
        _containers.Remove(container);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<LogLine> ReadLogsAsync(
        string containerId,
        LogOptions options,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new TaskLogReader(_containers.Get(containerId).Log, options).ReadAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public IReadOnlyList<ContainerProcess> ListProcesses(string containerId) =>
        MachineDescription.Processes(_containers.Get(containerId).Processes());

    /// <inheritdoc/>
    public ValueTask<IExecProcess> StartExecAsync(
        string containerId, ExecSpec spec, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(spec);
        cancellationToken.ThrowIfCancellationRequested();
        return new(_containers.Get(containerId).StartExec(spec));
    }

    private static CgroupMounts DetectCgroups(ProcessExecutorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.UseCgroups && LaunchGate.IsAvailable ? CgroupMounts.Detect() : CgroupMounts.None;
    }

    /// <summary>Kills all tasks that still run, or leaves them to the next executor.</summary>
    /// <returns>Completes when they are gone.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        if (!_runtime.Options.StopTasksOnDispose)
        {
            foreach (var container in _containers.All)
            {
                await container.EndExecsAsync();
                container.Release();
            }

            _runtime.Loop.Dispose();
            return;
        }

        foreach (var container in _containers.All)
        {
            await container.KillAsync(CancellationToken.None);
        }

        _runtime.Files.WipeAll();
        _runtime.Loop.Dispose();
    }
}
