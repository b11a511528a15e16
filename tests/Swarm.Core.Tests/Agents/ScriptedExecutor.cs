using System.Collections.Concurrent;
using Swarm.Execution;

namespace Swarm.Core.Tests.Agents;

/// <summary>An executor that does what the test says and remembers what it was asked.</summary>
internal sealed class ScriptedExecutor : IExecutor
{
    public NodeDescription Description { get; set; } = new() { Hostname = "host" };

    public Func<CancellationToken, ValueTask<NodeDescription>>? Describe { get; set; }

    public List<Node> Configured { get; } = [];

    public Func<SwarmTask, Exception?> RefuseToCreate { get; set; } = _ => null;

    public Action<ScriptedController> Script { get; set; } = _ => { };

    public ConcurrentDictionary<string, ScriptedController> Controllers { get; } = [];

    public ValueTask<NodeDescription> DescribeAsync(CancellationToken cancellationToken) =>
        Describe?.Invoke(cancellationToken) ?? new(Description);

    public ValueTask ConfigureAsync(Node node, CancellationToken cancellationToken)
    {
        Configured.Add(node);
        return ValueTask.CompletedTask;
    }

    public ITaskController CreateController(SwarmTask task, ITaskDependencies dependencies)
    {
        if (RefuseToCreate(task) is { } refusal)
        {
            throw refusal;
        }

        var controller = new ScriptedController(task, dependencies);
        Script(controller);
        Controllers[task.Id.Value] = controller;
        return controller;
    }
}

/// <summary>A controller whose every step can be scripted; by default all succeed and the task runs on.</summary>
internal sealed class ScriptedController(SwarmTask task, ITaskDependencies dependencies)
    : ITaskController, ITaskLogSource, IContainerStatusSource, IPortStatusSource
{
    public SwarmTask Task { get; private set; } = task;

    public ITaskDependencies Dependencies { get; } = dependencies;

    public List<string> Calls { get; } = [];

    public Func<CancellationToken, Task> OnPrepare { get; set; } = _ => System.Threading.Tasks.Task.CompletedTask;

    public Func<CancellationToken, Task> OnStart { get; set; } = _ => System.Threading.Tasks.Task.CompletedTask;

    public Func<CancellationToken, Task<TaskExit>> OnWait { get; set; } = RunOnAsync;

    public Func<CancellationToken, Task> OnUpdate { get; set; } = _ => System.Threading.Tasks.Task.CompletedTask;

    public Func<CancellationToken, Task> OnShutdown { get; set; } = _ => System.Threading.Tasks.Task.CompletedTask;

    public Func<CancellationToken, Task> OnTerminate { get; set; } = _ => System.Threading.Tasks.Task.CompletedTask;

    public Func<CancellationToken, Task> OnRemove { get; set; } = _ => System.Threading.Tasks.Task.CompletedTask;

    public Func<LogOptions, CancellationToken, IAsyncEnumerable<LogLine>> OnReadLogs { get; set; } =
        (_, _) => NoLines();

    public ContainerStatus? ContainerStatus { get; set; }

    public ValueList<PortPublication> Ports { get; set; }

    public Task PrepareAsync(CancellationToken cancellationToken) => Call("prepare", OnPrepare, cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Call("start", OnStart, cancellationToken);

    public Task<TaskExit> WaitAsync(CancellationToken cancellationToken)
    {
        Calls.Add("wait");
        return OnWait(cancellationToken);
    }

    public Task UpdateAsync(SwarmTask task, CancellationToken cancellationToken)
    {
        Task = task;
        return Call("update", OnUpdate, cancellationToken);
    }

    public Task ShutdownAsync(CancellationToken cancellationToken) => Call("shutdown", OnShutdown, cancellationToken);

    public Task TerminateAsync(CancellationToken cancellationToken) =>
        Call("terminate", OnTerminate, cancellationToken);

    public Task RemoveAsync(CancellationToken cancellationToken) => Call("remove", OnRemove, cancellationToken);

    public ValueTask DisposeAsync()
    {
        Calls.Add("dispose");
        return ValueTask.CompletedTask;
    }

    public IAsyncEnumerable<LogLine> ReadLogsAsync(LogOptions options, CancellationToken cancellationToken) =>
        OnReadLogs(options, cancellationToken);

    /// <summary>Does not return, not even when cancelled.</summary>
    public static Task HangAsync() => new TaskCompletionSource().Task;

    public static async IAsyncEnumerable<LogLine> NoLines()
    {
        await System.Threading.Tasks.Task.CompletedTask;
        yield break;
    }

    private Task Call(string name, Func<CancellationToken, Task> script, CancellationToken cancellationToken)
    {
        Calls.Add(name);
        return script(cancellationToken);
    }

    private static async Task<TaskExit> RunOnAsync(CancellationToken cancellationToken)
    {
        var ended = new TaskCompletionSource();
        using var registration = cancellationToken.Register(() => ended.TrySetCanceled(cancellationToken));
        await ended.Task;
        return new TaskExit(0);
    }
}
