using Swarm.Compose.Deployment;

namespace Swarm.Compose;

/// <summary>Deploys stacks.</summary>
public static class SwarmClientStackExtensions
{
    /// <summary>Makes a swarm run what stack files say, and waits until it does.</summary>
    /// <param name="swarm">The swarm.</param>
    /// <param name="stack">The stack.</param>
    /// <param name="prune">Removes services of the stack that its files no longer have.</param>
    /// <param name="cancellationToken">Ends the deployment; what is stored stays.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="StackFileException">The stack cannot be deployed; nothing was written.</exception>
    /// <exception cref="SwarmException">
    /// The manager refused something, or with <see cref="SwarmErrorCode.FailedPrecondition"/> a service failed.
    /// Deploying
    /// again goes on from there.
    /// </exception>
    public static Task<StackDeployment> DeployStackAsync(
        this ISwarmClient swarm, StackFile stack, bool prune = false, CancellationToken cancellationToken = default) =>
        swarm.DeployStackAsync(stack, new StackDeployOptions { Prune = prune }, cancellationToken);

    /// <summary>Makes a swarm run what stack files say.</summary>
    /// <param name="swarm">The swarm.</param>
    /// <param name="stack">The stack.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends the deployment; what is stored stays.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="StackFileException">The stack cannot be deployed; nothing was written.</exception>
    /// <exception cref="SwarmException">As for the other overload.</exception>
    public static Task<StackDeployment> DeployStackAsync(
        this ISwarmClient swarm,
        StackFile stack,
        StackDeployOptions options,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(swarm);
        ArgumentNullException.ThrowIfNull(stack);
        ArgumentNullException.ThrowIfNull(options);
        return new StackDeployer(swarm, StackPlan.Of(stack), options).RunAsync(cancellationToken);
    }
}
