using Swarm.Execution;

namespace Swarm.Testing;

/// <summary>What a test does when a task is prepared or started.</summary>
internal sealed class TaskHooks
{
    public Func<SwarmTask, ValueTask>? OnPrepare { get; set; }

    public Func<SwarmTask, ValueTask<TaskExit?>>? OnStart { get; set; }
}

/// <summary>A scripted task that asks the test before it goes on.</summary>
internal sealed class HookedController(
    InMemoryController inner,
    TaskHooks hooks,
    InMemoryExecutor executor,
    SwarmTask task) : ITaskController, ITaskLogSource, IContainerStatusSource, IPortStatusSource
{
    public ContainerStatus? ContainerStatus => inner.ContainerStatus;

    public ValueList<PortPublication> Ports => inner.Ports;

    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (hooks.OnPrepare is { } prepare)
        {
            await prepare(task);
        }

        await inner.PrepareAsync(cancellationToken);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var exit = hooks.OnStart is { } start ? await start(task) : null;
        await inner.StartAsync(cancellationToken);
        if (exit is not null)
        {
            executor.Exit(task.Id, exit.ExitCode);
        }
    }

    public Task<TaskExit> WaitAsync(CancellationToken cancellationToken) => inner.WaitAsync(cancellationToken);

    public Task UpdateAsync(SwarmTask changed, CancellationToken cancellationToken) =>
        inner.UpdateAsync(changed, cancellationToken);

    public Task ShutdownAsync(CancellationToken cancellationToken) => inner.ShutdownAsync(cancellationToken);

    public Task TerminateAsync(CancellationToken cancellationToken) => inner.TerminateAsync(cancellationToken);

    public Task RemoveAsync(CancellationToken cancellationToken) => inner.RemoveAsync(cancellationToken);

    public IAsyncEnumerable<LogLine> ReadLogsAsync(LogOptions options, CancellationToken cancellationToken) =>
        inner.ReadLogsAsync(options, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
