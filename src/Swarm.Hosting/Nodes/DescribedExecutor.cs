using Swarm.Execution;
using Swarm.Hosting.Mesh;

namespace Swarm.Hosting.Nodes;

/// <summary>
/// An executor as its agent sees it: the node also tells which certificate it trusts, and no call keeps the agent's
/// thread.
/// </summary>
/// <param name="executor">The executor.</param>
/// <param name="tls">Which certificate the node trusts.</param>
/// <param name="isOnOverlay">Whether the node gives tasks their addresses.</param>
internal sealed class DescribedExecutor(IExecutor executor, Func<NodeTlsInfo> tls, bool isOnOverlay = false)
    : IExecutor, ILeftoverSource
{
    public async ValueTask<NodeDescription> DescribeAsync(CancellationToken cancellationToken)
    {
        var description = await Detached.RunAsync(() => executor.DescribeAsync(cancellationToken).AsTask());
        return description with
        {
            Tls = tls(),
            Engine = isOnOverlay && description.Engine is { } engine
                ? engine with { Labels = engine.Labels.With(NodeOverlay.Label, "vxlan") }
                : description.Engine,
        };
    }

    public ValueTask ConfigureAsync(Node node, CancellationToken cancellationToken) =>
        new(Detached.RunAsync(() => executor.ConfigureAsync(node, cancellationToken).AsTask()));

    public ITaskController CreateController(SwarmTask task, ITaskDependencies dependencies) =>
        new DetachedController(executor.CreateController(task, dependencies)
            ?? throw new InvalidOperationException("the executor made no controller for the task"));

    public Task RemoveLeftoversAsync(IReadOnlySet<TaskId> known, CancellationToken cancellationToken) =>
        executor is ILeftoverSource source
            ? Detached.RunAsync(() => source.RemoveLeftoversAsync(known, cancellationToken))
            : Task.CompletedTask;
}
