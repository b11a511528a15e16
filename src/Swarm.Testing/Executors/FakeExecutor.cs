using Swarm.Execution;

namespace Swarm.Testing;

/// <summary>What tasks do on all nodes of a test cluster; without a word of it they run until they are stopped.</summary>
/// <remarks>
/// Scripts are found by the name of the service, then by image. <see cref="TestNode.Executor"/> scripts one node alone.
/// </remarks>
public sealed class FakeExecutor
{
    private readonly List<InMemoryExecutor> _nodes = [];
    private readonly Dictionary<string, Func<SwarmTask, InMemoryBehavior>> _scripts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TaskHooks> _hooks = new(StringComparer.Ordinal);

    internal FakeExecutor()
    {
    }

    /// <summary>The tasks that run now, on all nodes.</summary>
    public IReadOnlyList<SwarmTask> Running => [.. _nodes.SelectMany(node => node.Running)];

    /// <summary>Scripts all tasks of a service or an image that are created from now on.</summary>
    /// <param name="name">Name of the service, or image as the spec has it.</param>
    /// <param name="behavior">What they do.</param>
    public void Script(string name, InMemoryBehavior behavior) => Script(name, _ => behavior);

    /// <summary>Scripts the tasks of a service or an image one by one.</summary>
    /// <param name="name">Name of the service, or image as the spec has it.</param>
    /// <param name="script">Says what a task does; asked once per task, when it arrives at its node.</param>
    public void Script(string name, Func<SwarmTask, InMemoryBehavior> script)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(script);
        _scripts[name] = script;
        _nodes.ForEach(node => node.Script(name, script));
    }

    /// <summary>Is asked whenever a task is started.</summary>
    /// <param name="name">Name of the service, or image as the spec has it.</param>
    /// <param name="start">
    /// Returns null to let the task run, an exit to let it end at once; what it throws fails the start.
    /// </param>
    public void OnStart(string name, Func<SwarmTask, ValueTask<TaskExit?>> start)
    {
        ArgumentNullException.ThrowIfNull(start);
        HooksOf(name).OnStart = start;
    }

    /// <summary>Is asked whenever a task is prepared.</summary>
    /// <param name="name">Name of the service, or image as the spec has it.</param>
    /// <param name="prepare">
    /// Returns to let it be prepared; <see cref="TaskRejectedException"/> rejects the task for good.
    /// </param>
    public void OnPrepare(string name, Func<SwarmTask, ValueTask> prepare)
    {
        ArgumentNullException.ThrowIfNull(prepare);
        HooksOf(name).OnPrepare = prepare;
    }

    /// <summary>Ends a running task, as if its process had ended.</summary>
    /// <param name="task">The task.</param>
    /// <param name="exitCode">Exit code; 137 is what a killed process has.</param>
    /// <returns>Whether it ran.</returns>
    public bool Exit(TaskId task, int exitCode = 137) => _nodes.Exists(node => node.Exit(task, exitCode));

    internal void Attach(InMemoryExecutor node)
    {
        _nodes.Add(node);
        foreach (var (name, script) in _scripts)
        {
            node.Script(name, script);
        }
    }

    internal TaskHooks? FindHooks(SwarmTask task) =>
        _hooks.GetValueOrDefault(task.ServiceAnnotations.Name)
        ?? _hooks.GetValueOrDefault((task.Spec.Workload as ContainerSpec)?.Image ?? "");

    private TaskHooks HooksOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!_hooks.TryGetValue(name, out var hooks))
        {
            _hooks[name] = hooks = new TaskHooks();
        }

        return hooks;
    }
}
