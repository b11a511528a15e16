using Swarm.Execution;

namespace Swarm.Testing.Executors;

/// <summary>One check under way: makes tasks and removes them at the end.</summary>
internal sealed class ExecutorRun(ExecutorSubject subject, CancellationToken token) : IAsyncDisposable
{
    private static readonly NodeId Node = new("conformancenode0000000000");

    private static int _tasks;

    private readonly List<ITaskController> _controllers = [];

    public ExecutorSubject Subject => subject;

    /// <summary>Ends the check.</summary>
    public CancellationToken Token => token;

    public IExecutor Executor => subject.Executor;

    /// <summary>A new task, as agents get it from managers.</summary>
    public SwarmTask NewTask(Workload workload)
    {
        var number = Interlocked.Increment(ref _tasks);
        var id = string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"check{Environment.ProcessId % 1_000_000:D6}{number:D14}");
        return new SwarmTask
        {
            Id = new(id),
            ServiceId = new("conformanceservice0000000"),
            ServiceAnnotations = new() { Name = "conformance" },
            Slot = number,
            NodeId = Node,
            DesiredState = TaskState.Running,
            Spec = new() { Workload = workload },
            Status = SwarmTaskStatus.New with { State = TaskState.Assigned },
        };
    }

    /// <summary>A controller that is removed at the end.</summary>
    public ITaskController Control(SwarmTask task)
    {
        var controller = Executor.CreateController(task, new NoFiles(Node));
        _controllers.Add(controller);
        return controller;
    }

    /// <summary>A task that has been prepared and started.</summary>
    public async Task<ITaskController> StartAsync(SwarmTask task)
    {
        var controller = Control(task);
        await controller.PrepareAsync(token);
        await controller.StartAsync(token);
        return controller;
    }

    /// <summary>Lets go of a controller whose task goes on: another one finds it, and is removed in its place.</summary>
    public async Task ReleaseAsync(ITaskController controller)
    {
        _controllers.Remove(controller);
        await controller.DisposeAsync();
    }

    /// <summary>Demands that something holds.</summary>
    /// <exception cref="ExecutorCheckFailedException">It does not.</exception>
    public static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ExecutorCheckFailedException(otherwise);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var controller in _controllers)
        {
            await controller.RemoveAsync(CancellationToken.None);
            await controller.DisposeAsync();
        }
    }

    private sealed class NoFiles(NodeId node) : ITaskDependencies
    {
        public NodeId NodeId => node;

        public NodeDescription Node { get; } = new() { Hostname = "conformance" };

        public Secret? FindSecret(SecretId id) => null;

        public Config? FindConfig(ConfigId id) => null;
    }
}
