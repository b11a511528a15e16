using System.Runtime.CompilerServices;
using System.Text;

namespace Swarm.Execution;

/// <summary>Carries one scripted task through its life.</summary>
/// <remarks>
/// Nothing happens in the background: whether the task has ended is worked out from the clock whenever a step is
/// asked for, so no timer outlives its cancellation.
/// </remarks>
internal sealed class InMemoryController(InMemoryBehavior behavior, InMemoryTask task)
    : ITaskController, ITaskLogSource, IContainerStatusSource, IPortStatusSource
{
    private const int StoppedCode = 143;
    private const int KilledCode = 137;
    private const string UnhealthyCause = "dockerexec: unhealthy container";
    private const int FirstEphemeralPort = 32_768;

    /// <inheritdoc/>
    public ContainerStatus? ContainerStatus => task.IsPrepared
        ? new(task.ContainerId, task.IsRunning ? task.Number : 0, task.Exit?.ExitCode ?? 0)
        : null;

    /// <inheritdoc/>
    public ValueList<PortPublication> Ports => (task.Definition.Endpoint?.Ports ?? default)
        .Where(port => port.Mode == PublishMode.Host)
        .Select(port => port.PublishedPort != 0
            ? port
            : port with { PublishedPort = FirstEphemeralPort + (port.TargetPort % FirstEphemeralPort) })
        .ToValueList();

    /// <inheritdoc/>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await HangAsync(InMemoryStep.Prepare, cancellationToken);
        if (behavior.Rejection is not null)
        {
            throw new TaskRejectedException(behavior.Rejection);
        }

        if (task.PrepareCalls++ < behavior.TransientFailures)
        {
            throw new TransientExecutorException("not yet");
        }

        if (!task.IsPrepared)
        {
            await DelayAsync(behavior.PrepareDelay, cancellationToken);
            task.IsPrepared = true;
        }
    }

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await HangAsync(InMemoryStep.Start, cancellationToken);
        if (behavior.StartFailure is not null)
        {
            throw new InvalidOperationException(behavior.StartFailure);
        }

        task.IsPrepared = true;
        task.Start();
        if (behavior.HealthyAfter > TimeSpan.Zero
            && await EndWithinAsync(behavior.HealthyAfter, cancellationToken) is { ExitCode: not 0 } exit)
        {
            throw new TaskFailedException(exit);
        }
    }

    /// <inheritdoc/>
    public async Task<TaskExit> WaitAsync(CancellationToken cancellationToken)
    {
        task.Start();
        return (await EndWithinAsync(Timeout.InfiniteTimeSpan, cancellationToken))!;
    }

    /// <inheritdoc/>
    public Task UpdateAsync(SwarmTask changed, CancellationToken cancellationToken)
    {
        task.Definition = changed;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task ShutdownAsync(CancellationToken cancellationToken)
    {
        await HangAsync(InMemoryStep.Shutdown, cancellationToken);
        if (task.IsRunning)
        {
            await DelayAsync(behavior.StopDelay, cancellationToken);
            task.End(new(StoppedCode));
        }
    }

    /// <inheritdoc/>
    public Task TerminateAsync(CancellationToken cancellationToken)
    {
        task.End(new(KilledCode));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        await HangAsync(InMemoryStep.Remove, cancellationToken);
        task.End(new(KilledCode));
        task.Dismiss();
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LogLine> ReadLogsAsync(
        LogOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Follow && task.StartedAt is null)
        {
            await task.Ended.WaitAsync(cancellationToken);
        }

        if (task.StartedAt is { } started && options.Stdout && (options.Since is null || started >= options.Since))
        {
            foreach (var line in behavior.Output.TakeLast(options.Tail ?? int.MaxValue))
            {
                yield return new(LogStream.Stdout, started, Encoding.UTF8.GetBytes($"{line}\n"));
            }
        }

        if (options.Follow)
        {
            await task.Ended.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The end when it comes within a time from the start; null when it does not.</summary>
    private async Task<TaskExit?> EndWithinAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        var (scripted, exit) = ScriptedEnd();
        var comes = scripted is not null && (time == Timeout.InfiniteTimeSpan || scripted <= time);
        var until = comes ? scripted!.Value : time;
        var elapsed = task.TimeProvider.GetUtcNow() - task.StartedAt!.Value;
        var rest = until == Timeout.InfiniteTimeSpan ? until : until - elapsed;
        try
        {
            return rest <= TimeSpan.Zero && rest != Timeout.InfiniteTimeSpan
                ? Settle(comes, exit)
                : await task.Ended.WaitAsync(rest, task.TimeProvider, cancellationToken);
        }
        catch (TimeoutException)
        {
            return Settle(comes, exit);
        }
    }

    private TaskExit? Settle(bool ends, TaskExit exit)
    {
        if (ends)
        {
            task.End(exit);
        }

        return task.Exit;
    }

    private (TimeSpan? After, TaskExit Exit) ScriptedEnd() =>
        behavior.UnhealthyAfter is { } unhealthy && !(behavior.ExitAfter <= unhealthy)
            ? (unhealthy, new(KilledCode, UnhealthyCause))
            : (behavior.ExitAfter, new(behavior.ExitCode));

    private Task HangAsync(InMemoryStep step, CancellationToken cancellationToken) => behavior.HangsIn == step
        ? Task.Delay(Timeout.InfiniteTimeSpan, task.TimeProvider, cancellationToken)
        : Task.CompletedTask;

    private Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken) => delay > TimeSpan.Zero
        ? Task.Delay(delay, task.TimeProvider, cancellationToken)
        : Task.CompletedTask;
}
