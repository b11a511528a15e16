using Swarm.Execution;

namespace Swarm.Hosting.Nodes;

/// <summary>An executor whose node also tells which certificate it trusts; all else is the executor's own.</summary>
internal sealed class DescribedExecutor(IExecutor executor, NodeTlsInfo tls) : IExecutor
{
    public async ValueTask<NodeDescription> DescribeAsync(CancellationToken cancellationToken) =>
        await executor.DescribeAsync(cancellationToken) with { Tls = tls };

    public ValueTask ConfigureAsync(Node node, CancellationToken cancellationToken) =>
        executor.ConfigureAsync(node, cancellationToken);

    public ITaskController CreateController(SwarmTask task, ITaskDependencies dependencies) =>
        executor.CreateController(task, dependencies);
}
