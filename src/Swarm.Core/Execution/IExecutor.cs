namespace Swarm.Execution;

/// <summary>Runs tasks on a node: processes, containers, or whatever a host makes of them.</summary>
/// <remarks>
/// A singleton, called by the node's agent. An executor that throws or hangs delays only its own tasks. An executor
/// that also implements <see cref="IContainerSource"/> shows its tasks in <c>docker ps</c>.
/// </remarks>
public interface IExecutor
{
    /// <summary>Describes the node. Asked at registration and every 20 s; a change re-registers the node.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The description.</returns>
    ValueTask<NodeDescription> DescribeAsync(CancellationToken cancellationToken);

    /// <summary>Tells the executor about its node; called after each registration and each change of the node.</summary>
    /// <param name="node">The node as the managers see it.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Completes when the executor has taken the change.</returns>
    ValueTask ConfigureAsync(Node node, CancellationToken cancellationToken);

    /// <summary>Makes the controller of one task. Must not do I/O.</summary>
    /// <param name="task">The task.</param>
    /// <param name="dependencies">Secrets, configs and facts of the node that the task may use.</param>
    /// <returns>The controller.</returns>
    /// <exception cref="TaskRejectedException">The task cannot run here; its state becomes REJECTED.</exception>
    ITaskController CreateController(SwarmTask task, ITaskDependencies dependencies);
}
