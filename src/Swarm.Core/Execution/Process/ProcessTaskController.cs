using System.Runtime.CompilerServices;

namespace Swarm.Execution.Processes;

/// <summary>Carries one task through its life as a process.</summary>
internal sealed class ProcessTaskController(
    SwarmTask task,
    ITaskDependencies dependencies,
    ProcessRuntime runtime,
    ContainerRegistry containers) : ITaskController, ITaskLogSource, IContainerStatusSource, IPortStatusSource
{
    private const int KilledCode = 137;
    private const int UnknownCode = 255;

    private readonly TaskCompletionSource _prepared = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SwarmTask _task = task;
    private ProcessContainer? _container = containers.Find(task.Id)
        ?? ProcessContainer.TryAdopt(task, runtime, containers);

    /// <inheritdoc/>
    public ContainerStatus? ContainerStatus => _container?.Status;

    /// <inheritdoc/>
    public ValueList<PortPublication> Ports => _container?.ReachedPorts ?? default;

    /// <inheritdoc/>
    public Task PortsWithdrawn => _container?.Withdrawn ?? Never;

    private static Task Never { get; } = new TaskCompletionSource().Task;

    /// <inheritdoc/>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (_container is not null)
        {
            return;
        }

        await TaskLimits.KillLeftoversAsync(_task, runtime);
        var plan = LaunchPlanner.Plan(
            _task, dependencies, runtime.Options, runtime.Names?.CarriesNetworks is true);
        MakeDirectories(plan);
        plan = await ShowPathsAsync(plan, cancellationToken);
        plan = await DeliverFilesAsync(plan);
        plan = await NameOthersAsync(plan, cancellationToken);
        _container = new(_task, plan, runtime);
        _container.Save();
        containers.Add(_container);
        _prepared.TrySetResult();
    }

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await PrepareAsync(cancellationToken);
        var container = _container!;
        try
        {
            container.Start();
        }
        catch (Exception exception) when (exception is LaunchException or IOException)
        {
            throw new InvalidOperationException($"starting container failed: {exception.Message}", exception);
        }

        if (runtime.Names is { } names)
        {
            await names.PublishAsync(_task.Id, container.Ports, cancellationToken);
        }

        await Task.WhenAny(container.Up, container.Ended).WaitAsync(cancellationToken);
        if (!container.Up.IsCompleted && await container.Ended is { ExitCode: not 0 } exit)
        {
            throw new TaskFailedException(exit);
        }
    }

    /// <inheritdoc/>
    public async Task<TaskExit> WaitAsync(CancellationToken cancellationToken)
    {
        if (_container is null)
        {
            // Started by an earlier life of this node, and nothing that could be taken over.
            var killed = await TaskLimits.KillLeftoversAsync(_task, runtime);
            runtime.Files.Wipe(_task.Id);
            return killed ? new(KilledCode) : new(UnknownCode, ProcessContainer.UnknownExit);
        }

        return await _container.Ended.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task UpdateAsync(SwarmTask task, CancellationToken cancellationToken)
    {
        _task = task;
        if (_container is not null)
        {
            _container.Task = task;
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task ShutdownAsync(CancellationToken cancellationToken)
    {
        if (_container is { } container)
        {
            await container.DrainAsync(cancellationToken);
            await container.StopAsync(gracePeriod: null, cancellationToken);
        }
        else
        {
            await TaskLimits.KillLeftoversAsync(_task, runtime);
        }

        runtime.TakeBack(_task.Id);
    }

    /// <inheritdoc/>
    public async Task TerminateAsync(CancellationToken cancellationToken)
    {
        await (_container?.KillAsync(cancellationToken) ?? TaskLimits.KillLeftoversAsync(_task, runtime));
        runtime.TakeBack(_task.Id);
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        await TerminateAsync(cancellationToken);
        if (_container is not null)
        {
            containers.Remove(_container);
            _container.Dispose();
        }

        _prepared.TrySetResult();
        try
        {
            Directory.Delete(runtime.DirectoryOf(_task.Id), recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // It was never prepared, or is removed for the second time.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            ExecutorLog.NotRemoved(runtime.Logger, _task.Name, runtime.DirectoryOf(_task.Id), exception.Message);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LogLine> ReadLogsAsync(
        LogOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Follow && _container is null && _task.Status.State < TaskState.Running)
        {
            await _prepared.Task.WaitAsync(cancellationToken);
        }

        var log = _container?.Log ?? EarlierLog();
        await foreach (var line in new TaskLogReader(log, options).ReadAsync(cancellationToken))
        {
            yield return line;
        }
    }

    /// <summary>Lets go of the task; a process that still runs goes on.</summary>
    /// <returns>Completes at once.</returns>
    public ValueTask DisposeAsync()
    {
        _prepared.TrySetResult();
        return ValueTask.CompletedTask;
    }

    private TaskLog EarlierLog()
    {
        var log = new TaskLog(runtime.LogDirectoryOf(_task.Id), runtime.Options, runtime.TimeProvider);
        log.Complete();
        return log;
    }

    private async Task<LaunchPlan> DeliverFilesAsync(LaunchPlan plan)
    {
        var files = TaskFilePlanner.Plan(_task, dependencies);
        if (files.IsEmpty)
        {
            return plan;
        }

        try
        {
            var directory = runtime.Files.Write(_task.Id, files, plan.User);
            var mounts = await runtime.Namespaces.WorksAsync() ? MountNamespace.MountsFor(directory, files) : default;
            return plan.WithFiles(directory, files, mounts);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            runtime.Files.Wipe(_task.Id);
            throw new TaskRejectedException($"writing secrets and configs failed: {exception.Message}", exception);
        }
        finally
        {
            files.Clear();
        }
    }

    private async Task<LaunchPlan> NameOthersAsync(LaunchPlan plan, CancellationToken cancellationToken)
    {
        if (runtime.Names is not { } names)
        {
            RequireNames(TaskNames.None);
            return plan;
        }

        var known = await names.EnterAsync(_task, cancellationToken);
        RequireNames(known);
        plan = plan.WithVariables(known.Environment) with { NetworkNamespace = known.NetworkNamespace };
        if (known.ResolverFile.Length == 0
            || !File.Exists(MountNamespace.ResolverTarget)
            || !await runtime.Namespaces.WorksAsync())
        {
            return plan;
        }

        var file = runtime.ResolverFileOf(_task.Id);
        await File.WriteAllTextAsync(file, known.ResolverFile, cancellationToken);
        return plan with { Mounts = plan.Mounts.Add(new BindMount(file, MountNamespace.ResolverTarget)) };
    }

    // Servers that a spec names are asked by the name server of the task, which it has with a network.
    private void RequireNames(TaskNames known)
    {
        if (known.Environment.All(variable => variable.Name != "SWARM_DNS")
            && _task.Spec.Workload is ContainerSpec { Dns: { } dns }
            && !(dns.Nameservers.IsEmpty && dns.Search.IsEmpty && dns.Options.IsEmpty))
        {
            throw new TaskRejectedException(
                "a process gets name servers, search domains and resolver options of its own with an overlay network "
                + "only: attach the service to one, or leave them out");
        }
    }

    private async Task<LaunchPlan> ShowPathsAsync(LaunchPlan plan, CancellationToken cancellationToken)
    {
        if (plan.ReadOnlyPaths.IsEmpty && plan.Hosts.IsEmpty)
        {
            return plan;
        }

        if (!await runtime.Namespaces.WorksAsync())
        {
            throw new TaskRejectedException(
                (plan.Hosts.IsEmpty ? $"{plan.ReadOnlyPaths[0]} cannot be read-only" : "host entries cannot be given")
                + " for a process here: this node's executor is not privileged to give it a view of the files of its own");
        }

        var mounts = plan.ReadOnlyPaths.Select(path => new BindMount(path, path)).ToList();
        if (!plan.Hosts.IsEmpty)
        {
            var machine = File.Exists(HostsFile.Target)
                ? await File.ReadAllTextAsync(HostsFile.Target, cancellationToken)
                : throw new TaskRejectedException($"host entries cannot be given: this node has no {HostsFile.Target}");
            var file = runtime.HostsFileOf(_task.Id);
            await File.WriteAllTextAsync(file, HostsFile.Compose(machine, plan.Hosts), cancellationToken);
            mounts.Add(new(file, HostsFile.Target));
        }

        return plan with { Mounts = mounts.ToValueList() };
    }

    private void MakeDirectories(LaunchPlan plan)
    {
        const UnixFileMode own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        const UnixFileMode pass = own | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        try
        {
            // Other users may pass through to their own directory, and see nothing on the way.
            Make(runtime.Options.StateDirectory, pass);
            Make(runtime.DirectoryOf(_task.Id), pass);
            Make(runtime.LogDirectoryOf(_task.Id), own);
            var work = runtime.WorkDirectoryOf(_task.Id);
            Make(work, own);
            if (plan.User is { } user && Libc.ChangeOwner(work, user.UserId, user.GroupId) < 0)
            {
                throw Libc.Error($"chown {work}");
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new TransientExecutorException(
                $"preparing the task's directory failed: {exception.Message}",
                exception);
        }

        static void Make(string directory, UnixFileMode mode)
        {
            if (!OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(directory, mode);
            }
        }
    }
}
