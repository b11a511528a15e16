using Swarm.Execution;

namespace Swarm.Testing;

/// <summary>The executor of one node: the production's in-memory executor, scripted for the cluster as a whole.</summary>
internal sealed class NodeExecutor : IExecutor
{
    private readonly FakeExecutor _scripts;

    public NodeExecutor(FakeExecutor scripts, TimeProvider clock, string hostname)
    {
        _scripts = scripts;
        Inner = new InMemoryExecutor(clock);
        Inner.Description = Inner.Description with { Hostname = hostname };
        scripts.Attach(Inner);
    }

    public InMemoryExecutor Inner { get; }

    public ValueTask<NodeDescription> DescribeAsync(CancellationToken cancellationToken) =>
        Inner.DescribeAsync(cancellationToken);

    public ValueTask ConfigureAsync(Node node, CancellationToken cancellationToken) =>
        Inner.ConfigureAsync(node, cancellationToken);

    public ITaskController CreateController(SwarmTask task, ITaskDependencies dependencies)
    {
        var controller = (InMemoryController)Inner.CreateController(task, dependencies);
        return _scripts.FindHooks(task) is { } hooks
            ? new HookedController(controller, hooks, Inner, task)
            : controller;
    }

    /// <summary>The machine has lost its power: whatever ran has ended.</summary>
    public void EndAll()
    {
        foreach (var task in Inner.Running)
        {
            Inner.Exit(task.Id);
        }
    }
}
