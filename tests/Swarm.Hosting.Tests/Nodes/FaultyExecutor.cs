using System.Collections.Concurrent;
using Swarm.Execution;

namespace Swarm.Hosting.Tests.Nodes;

/// <summary>An executor whose tasks misbehave as their service says; those of other services run.</summary>
internal sealed class FaultyExecutor : IExecutor
{
    private readonly ConcurrentDictionary<string, Action<FaultyController>> _faults = new(StringComparer.Ordinal);

    public void Script(string service, Action<FaultyController> fault) => _faults[service] = fault;

    public ValueTask<NodeDescription> DescribeAsync(CancellationToken cancellationToken) =>
        new(new NodeDescription
        {
            Hostname = "faulty",
            Platform = new("x86_64", "linux"),
            Resources = new() { NanoCpus = 4_000_000_000, MemoryBytes = 8L << 30 },
        });

    public ValueTask ConfigureAsync(Node node, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ITaskController CreateController(SwarmTask task, ITaskDependencies dependencies)
    {
        var controller = new FaultyController();
        if (_faults.TryGetValue(task.ServiceAnnotations.Name, out var fault))
        {
            fault(controller);
        }

        return controller;
    }
}

/// <summary>A controller whose task runs until stopped, except where a test says otherwise.</summary>
internal sealed class FaultyController : ITaskController
{
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Func<Task> Prepare { get; set; } = () => Task.CompletedTask;

    public Func<Task> Start { get; set; } = () => Task.CompletedTask;

    public Func<Task>? Wait { get; set; }

    public Func<Task> Shutdown { get; set; } = () => Task.CompletedTask;

    public Func<Task> Remove { get; set; } = () => Task.CompletedTask;

    /// <summary>Never returns, not even when cancelled.</summary>
    public static Task HangAsync() => new TaskCompletionSource().Task;

    public Task PrepareAsync(CancellationToken cancellationToken) => Prepare();

    public Task StartAsync(CancellationToken cancellationToken) => Start();

    public async Task<TaskExit> WaitAsync(CancellationToken cancellationToken)
    {
        await (Wait?.Invoke() ?? _stopped.Task.WaitAsync(cancellationToken));
        return new TaskExit(0);
    }

    public Task UpdateAsync(SwarmTask task, CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task ShutdownAsync(CancellationToken cancellationToken)
    {
        await Shutdown();
        _stopped.TrySetResult();
    }

    public Task TerminateAsync(CancellationToken cancellationToken)
    {
        _stopped.TrySetResult();
        return Task.CompletedTask;
    }

    public Task RemoveAsync(CancellationToken cancellationToken) => Remove();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
