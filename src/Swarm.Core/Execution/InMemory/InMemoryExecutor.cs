namespace Swarm.Execution;

/// <summary>Pretends to run tasks as a script says: for tests and simulations.</summary>
/// <remarks>
/// No threads, no I/O; the only clock is the one given, so a cluster under virtual time stays repeatable. Scripts are
/// found by the name of the service, then by image, then <see cref="Default"/> applies. Thread-safe.
/// </remarks>
/// <param name="timeProvider">The clock.</param>
public sealed class InMemoryExecutor(TimeProvider timeProvider) : IExecutor
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Func<SwarmTask, InMemoryBehavior>> _scripts = new(StringComparer.Ordinal);
    private readonly List<InMemoryTask> _tasks = [];
    private int _lastNumber;

    /// <summary>What tasks do that no script names.</summary>
    /// <value>Default: <see cref="InMemoryBehavior.RunForever"/>.</value>
    public InMemoryBehavior Default { get; set; } = InMemoryBehavior.RunForever;

    /// <summary>What the node tells of itself.</summary>
    /// <value>Default: 4 processors, 8 GiB, Linux on x86_64.</value>
    public NodeDescription Description { get; set; } = new()
    {
        Hostname = "memory",
        Platform = new("x86_64", "linux"),
        Resources = new() { NanoCpus = 4_000_000_000, MemoryBytes = 8L << 30 },
        Engine = new()
        {
            Version = "memory",
            Plugins =
            [
                new("Log", "json-file"),
                new("Network", "bridge"), new("Network", "host"), new("Network", "overlay"),
                new("Volume", "local"),
            ],
        },
    };

    /// <summary>The node as the managers see it; null before the first registration.</summary>
    public Node? Node { get; private set; }

    /// <summary>The tasks that run now, in the order of their start.</summary>
    public IReadOnlyList<SwarmTask> Running
    {
        get
        {
            lock (_gate)
            {
                return [.. _tasks.Where(task => task.IsRunning).Select(task => task.Definition)];
            }
        }
    }

    /// <summary>Scripts all tasks of a service or an image that are created from now on.</summary>
    /// <param name="name">Name of the service, or image as the spec has it.</param>
    /// <param name="behavior">What they do.</param>
    public void Script(string name, InMemoryBehavior behavior) => Script(name, _ => behavior);

    /// <summary>Scripts the tasks of a service or an image one by one.</summary>
    /// <param name="name">Name of the service, or image as the spec has it.</param>
    /// <param name="script">Says what a task does; asked once per task, when its controller is made.</param>
    public void Script(string name, Func<SwarmTask, InMemoryBehavior> script)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(script);
        lock (_gate)
        {
            _scripts[name] = script;
        }
    }

    /// <summary>Ends a running task, as if its process had ended.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="exitCode">Exit code; 137 is what a killed process has.</param>
    /// <returns>Whether it ran.</returns>
    public bool Exit(TaskId taskId, int exitCode = 137)
    {
        InMemoryTask? task;
        lock (_gate)
        {
            task = _tasks.Find(task => task.Definition.Id == taskId && task.IsRunning);
        }

        task?.End(new(exitCode));
        return task is not null;
    }

    /// <inheritdoc/>
    public ValueTask<NodeDescription> DescribeAsync(CancellationToken cancellationToken) => new(Description);

    /// <inheritdoc/>
    public ValueTask ConfigureAsync(Node node, CancellationToken cancellationToken)
    {
        Node = node;
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ITaskController CreateController(SwarmTask task, ITaskDependencies dependencies)
    {
        ArgumentNullException.ThrowIfNull(task);
        return new InMemoryController(FindBehavior(task)(task), Enlist(task));
    }

    private Func<SwarmTask, InMemoryBehavior> FindBehavior(SwarmTask task)
    {
        lock (_gate)
        {
            var image = (task.Spec.Workload as ContainerSpec)?.Image ?? "";
            return _scripts.GetValueOrDefault(task.ServiceAnnotations.Name)
                ?? _scripts.GetValueOrDefault(image)
                ?? (_ => Default);
        }
    }

    // An agent that starts again finds its tasks as it left them.
    private InMemoryTask Enlist(SwarmTask definition)
    {
        lock (_gate)
        {
            var task = _tasks.Find(task => task.Definition.Id == definition.Id);
            if (task is null)
            {
                task = new(definition, ++_lastNumber, timeProvider, Dismiss);
                _tasks.Add(task);
            }

            return task;
        }
    }

    private void Dismiss(InMemoryTask task)
    {
        lock (_gate)
        {
            _tasks.Remove(task);
        }
    }
}
