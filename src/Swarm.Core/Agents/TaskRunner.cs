using Swarm.Dispatch;
using Swarm.Execution;
using Swarm.Telemetry;

namespace Swarm.Agents;

/// <summary>
/// Drives one task's controller: one operation at a time, interrupted when the managers want something else. Nothing an
/// executor does here reaches beyond this task.
/// </summary>
internal sealed class TaskRunner(SwarmTask task, AgentContext context)
{
    private readonly Lock _gate = new();
    private readonly Pulse _changed = new();
    private readonly StopSignal _stop = new();
    private readonly TaskCompletionSource _hasOutput = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SwarmTask _task = task;
    private SwarmTask? _update;
    private ITaskController? _controller;
    private (TaskStep Step, StopSignal Interrupt)? _operation;
    private Task _loop = Task.CompletedTask;
    private Task? _watchingPorts;

    /// <summary>The task as the managers last sent it, with the status that this agent knows.</summary>
    public SwarmTask Current
    {
        get
        {
            lock (_gate)
            {
                return _update is null ? _task : _update with { Status = _task.Status };
            }
        }
    }

    /// <summary>The output of the task; null when its executor keeps none.</summary>
    public ITaskLogSource? LogSource => Volatile.Read(ref _controller) as ITaskLogSource;

    /// <summary>Completes once the task may have written something, or never will.</summary>
    public Task HasOutput => _hasOutput.Task;

    /// <summary>Starts driving the task, once something else has ended.</summary>
    public void Start(Task predecessor) => _loop = RunAsync(predecessor);

    /// <summary>Hands over the task as the managers want it now.</summary>
    public void Update(SwarmTask changed)
    {
        StopSignal? interrupt;
        lock (_gate)
        {
            if (!TaskStateMachine.IsRelevantChange(_update ?? _task, changed))
            {
                return;
            }

            // A stop that is under way is not begun again only because the managers now want the task gone as well.
            _update = changed;
            interrupt = _operation is { Step: not TaskStep.Shutdown } running ? running.Interrupt : null;
        }

        _changed.Set();
        interrupt?.Set();
    }

    /// <summary>Stops driving the task; what runs, runs on.</summary>
    public async Task StopAsync()
    {
        StopSignal? interrupt;
        _stop.Set();
        lock (_gate)
        {
            interrupt = _operation?.Interrupt;
        }

        interrupt?.Set();
        await _loop;
    }

    /// <summary>Stops and removes the task with all it left behind, because the managers do not want it any more.</summary>
    public Task RemoveAsync() => EndAsync(
        _ => Task.FromResult(
            TaskStateMachine.AfterSuccess(_task.Status, TaskStep.Shutdown, context.Time.GetUtcNow())),
        remove: true);

    /// <summary>Stops the task because its node stops: what ran has failed, with the exit code it had.</summary>
    /// <param name="remove">Whether it leaves nothing behind; otherwise its output can be read in the next life.</param>
    public Task EndAsync(bool remove) => EndAsync(
        async removal => _task is { DesiredState: < TaskState.Shutdown, Status.State: TaskState.Running }
            ? TaskStateMachine.AfterInterruption(_task.Status, await removal.ExitAsync(), context.Time.GetUtcNow())
            : TaskStateMachine.AfterSuccess(_task.Status, TaskStep.Shutdown, context.Time.GetUtcNow()),
        remove);

    private async Task EndAsync(Func<TaskRemoval, Task<SwarmTaskStatus>> statusAfter, bool remove)
    {
        await StopAsync();
        if (_controller is not { } controller)
        {
            return;
        }

        var removal = new TaskRemoval(controller, _task, context);
        if (_task.Status.State < TaskState.Complete && await removal.StopAsync())
        {
            await EnterAsync(await statusAfter(removal));
        }

        // What is not known to have stopped is not left for later.
        if (remove || _task.Status.State <= TaskState.Running)
        {
            await removal.RemoveAsync();
        }

        await removal.CloseAsync();
    }

    private async Task RunAsync(Task predecessor)
    {
        await Task.Yield();
        try
        {
            await Loops.IgnoreAsync(Loops.JoinAsync(predecessor).WaitAsync(_stop.Token));
            await SaveAsync();
            await ResolveAsync();
            AnnounceOutput();
            while (!_stop.IsSet)
            {
                await TakeUpdateAsync();
                await DriveAsync();
            }
        }
        catch (OperationCanceledException) when (_stop.IsSet)
        {
            // Stopped while waiting.
        }
        catch (Exception exception)
        {
            AgentLog.RunnerCrashed(context.Logger, _task.Id, exception);
        }
        finally
        {
            _hasOutput.TrySetResult();
        }
    }

    private async Task ResolveAsync()
    {
        try
        {
            Volatile.Write(ref _controller, context.Executor.CreateController(_task, context.Dependencies.For(_task)));
        }
        catch (Exception exception)
        {
            AgentLog.CallFailed(context.Logger, _task.Id, "creating a controller", exception);
            await EnterAsync(
                TaskStateMachine.AfterFailedResolution(_task.Status, exception, context.Time.GetUtcNow()));
        }
    }

    private async Task TakeUpdateAsync()
    {
        lock (_gate)
        {
            if (_update is null)
            {
                return;
            }

            _task = _update with { Status = _task.Status };
            _update = null;
        }

        await SaveAsync();
        if (_controller is { } controller)
        {
            await HandOverAsync(controller, _task);
        }
    }

    private async Task HandOverAsync(ITaskController controller, SwarmTask changed)
    {
        try
        {
            await InterruptibleAsync(TaskStep.None, cancelled => ExecutorCall.WithinAsync(
                token => controller.UpdateAsync(changed, token),
                context.Options.ExecutorTimeout,
                context.Options.CancellationGrace,
                context.Time,
                cancelled));
        }
        catch (OperationCanceledException)
        {
            // A newer change takes the place of this one.
        }
        catch (Exception exception)
        {
            AgentLog.CallFailed(context.Logger, changed.Id, "updating the controller", exception);
        }
    }

    private async Task DriveAsync()
    {
        var before = _task.Status;
        var step = TaskStateMachine.Next(_task.DesiredState, before.State);
        if (step == TaskStep.None)
        {
            await _changed.WaitAsync(_stop.Token);
            return;
        }

        if (step == TaskStep.Wait)
        {
            _watchingPorts ??= WatchPortsAsync();
        }

        var after = await PerformAsync(step, before);
        await EnterAsync(after);
        if (after.State == before.State)
        {
            await _changed.WaitAsync(context.Options.RetryDelay, context.Time, _stop.Token);
        }
    }

    // A task that is to get no more connections says so while it still runs.
    private async Task WatchPortsAsync()
    {
        try
        {
            if (_controller is IPortStatusSource source)
            {
                await Loops.JoinAsync(source.PortsWithdrawn).WaitAsync(_stop.Token);
                if (_task.Status.State == TaskState.Running)
                {
                    await EnterAsync(_task.Status with { Ports = source.Ports });
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsSet)
        {
            // It is not driven any more.
        }
        catch (Exception exception)
        {
            AgentLog.CallFailed(context.Logger, _task.Id, "asking for ports", exception);
        }
    }

    private async Task<SwarmTaskStatus> PerformAsync(TaskStep step, SwarmTaskStatus status)
    {
        using var span = SwarmTelemetry.Source.StartActivity("swarm.task");
        if (span is not null)
        {
            span.DisplayName = $"swarm.task.{step.ToString().ToLowerInvariant()}";
            span.SetTag("swarm.task.id", _task.Id.Value);
        }

        try
        {
            await InterruptibleAsync(step, cancelled => step == TaskStep.Shutdown
                ? TaskStop.RunAsync(_controller, _task, context, cancelled)
                : ExecutorCall.AwaitAsync(
                    ControllerSteps.InvokeAsync(_controller, step, cancelled),
                    context.Options.CancellationGrace,
                    context.Time,
                    cancelled));
            var known = ControllerSteps.Describe(status, step, _controller);
            return TaskStateMachine.AfterSuccess(known, step, context.Time.GetUtcNow());
        }
        catch (OperationCanceledException)
        {
            return status;
        }
        catch (Exception exception)
        {
            AgentLog.StepFailed(context.Logger, _task.Id, step, exception.Message);
            var known = ControllerSteps.Describe(status, step, _controller);
            return TaskStateMachine.AfterFailure(known, exception, context.Time.GetUtcNow());
        }
    }

    private async Task InterruptibleAsync(TaskStep step, Func<CancellationToken, Task> operation)
    {
        var interrupt = new StopSignal();
        lock (_gate)
        {
            if (_update is not null || _stop.IsSet)
            {
                throw new OperationCanceledException("the managers want something else meanwhile");
            }

            _operation = (step, interrupt);
        }

        try
        {
            await operation(interrupt.Token);
        }
        finally
        {
            lock (_gate)
            {
                _operation = null;
            }
        }
    }

    private async Task EnterAsync(SwarmTaskStatus status)
    {
        var before = _task.Status;
        if (status == before)
        {
            return;
        }

        lock (_gate)
        {
            _task = _task with { Status = status };
        }

        AgentLog.StateChanged(context.Logger, _task.Id, before.State, status.State);
        await SaveAsync();
        context.Reporter.Report(_task.Id, status);
        AnnounceOutput();
    }

    private void AnnounceOutput()
    {
        if (_task.Status.State >= TaskState.Starting)
        {
            _hasOutput.TrySetResult();
        }
    }

    private async Task SaveAsync()
    {
        try
        {
            await context.Options.Tasks.SaveAsync(_task, CancellationToken.None);
        }
        catch (Exception exception)
        {
            AgentLog.SaveFailed(context.Logger, exception);
        }
    }
}
