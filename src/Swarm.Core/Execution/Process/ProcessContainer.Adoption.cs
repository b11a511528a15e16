namespace Swarm.Execution.Processes;

/// <content>How a container passes from one life of the executor to the next.</content>
internal sealed partial class ProcessContainer
{
    /// <summary>Takes up the task of an earlier life of this node, running or ended; null when there is neither.</summary>
    internal static ProcessContainer? TryAdopt(SwarmTask task, ProcessRuntime runtime, ContainerRegistry containers)
    {
        // A process that ends at once may be gone before it is asked who it is.
        var record = runtime.Records.Load(task.Id);
        if (record is null or { Process: null, Exit: null })
        {
            return null;
        }

        var container = new ProcessContainer(task, record.Plan, runtime)
        {
            Id = record.ContainerId,
            CreatedAt = record.CreatedAt,
            Ports = record.Ports,
        };
        if (!container.Resume(record))
        {
            container.Log.Dispose();
            return null;
        }

        containers.Add(container);
        return container;
    }

    /// <summary>Lets go of the process, which runs on.</summary>
    internal void Release()
    {
        if (IsRunning)
        {
            _process!.Release();
            _healthStop.Cancel();
            Log.Dispose();
        }
    }

    /// <summary>Tells the next life of the executor what it must know.</summary>
    internal void Save()
    {
        ProcessRecord record;
        lock (_gate)
        {
            record = new()
            {
                ContainerId = Id,
                Plan = _plan,
                CreatedAt = CreatedAt,
                Owner = ProcessIdentity.Own,
                Process = _identity,
                StartedAt = _startedAt,
                InCgroup = _group?.Cgroup is not null,
                Ports = Ports,
                Exit = _exit,
                FinishedAt = _finishedAt,
            };
        }

        _runtime.Records.Save(Task.Id, record);
    }

    // What was started on the node's network is at none of its addresses, and the other way round.
    private async Task RejoinAsync()
    {
        if (_runtime.Names is not { } names || names.CarriesNetworks != _plan.NetworkNamespace.Length > 0)
        {
            return;
        }

        try
        {
            await names.EnterAsync(Task, CancellationToken.None);
        }
        catch (TransientExecutorException)
        {
            // It enters as soon as a manager tells of its networks.
        }
        catch (TaskRejectedException exception)
        {
            ExecutorLog.NotRejoined(_runtime.Logger, Task.Name, exception.Message);
            return;
        }

        await names.PublishAsync(Task.Id, Ports, CancellationToken.None);
    }

    private bool Resume(ProcessRecord record)
    {
        _environment = _plan.EnvironmentWith(Ports);
        (_identity, _startedAt, _finishedAt) = (record.Process, record.StartedAt, record.FinishedAt);
        if (record.Exit is { } exit)
        {
            (_state, _exit, _exitCode) = (ContainerState.Exited, exit, exit.ExitCode);
            Log.Complete();
            _ended.TrySetResult(exit);
            return true;
        }

        var identity = record.Process!;
        if (!identity.IsAlive)
        {
            return false;
        }

        var cgroup = record.InCgroup ? TaskLimits.FindCgroup(Task, identity.Pid, _runtime) : null;
        _group = new(TaskLimits.Marker(Task.Id), cgroup);
        var output = _runtime.LogDirectoryOf(Task.Id);
        _process = SpawnedProcess.TryAdopt(identity, _group, Log.Append, output, _runtime.Loop);
        if (_process is null)
        {
            return false;
        }

        _state = ContainerState.Running;
        _runtime.Ports.Keep(Ports);
        WatchHealth(Request(executable: ""));
        Save();
        _ = RejoinAsync();
        ExecutorLog.Adopted(_runtime.Logger, Task.Name, identity.Pid);
        Follow();
        return true;
    }
}
