namespace Swarm;

/// <summary>The way into a swarm, in the words of the <c>docker</c> command; thread-safe.</summary>
/// <remarks>Every operation throws <see cref="SwarmException"/>; its code says what to do next.</remarks>
public interface ISwarmClient
{
    /// <summary>Services.</summary>
    IServiceOperations Services { get; }

    /// <summary>Tasks.</summary>
    ITaskOperations Tasks { get; }

    /// <summary>Nodes.</summary>
    INodeOperations Nodes { get; }

    /// <summary>Secrets.</summary>
    ISecretOperations Secrets { get; }

    /// <summary>Configs.</summary>
    IConfigOperations Configs { get; }

    /// <summary>Networks.</summary>
    INetworkOperations Networks { get; }

    /// <summary>The swarm itself.</summary>
    IClusterOperations Cluster { get; }

    /// <summary>
    /// Works out what creating a service, or updating the one of the same name, would do: tasks, nodes, conflicts.
    /// </summary>
    /// <param name="spec">The spec that would be sent.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The plan for the state of this moment; a refusal is part of it, not an exception.</returns>
    /// <exception cref="SwarmException"><see cref="SwarmErrorCode.Unimplemented"/> from a client that cannot plan.</exception>
    /// <remarks>
    /// Docker's filters decide about the preview; those that the host added are not asked. It covers the first 10,000
    /// new
    /// tasks.
    /// </remarks>
    Task<ServicePlan> PlanAsync(ServiceSpec spec, CancellationToken cancellationToken = default) =>
        throw new SwarmException(SwarmErrorCode.Unimplemented, "this client cannot plan");

    /// <summary>Changes of objects, in the order of the store, at least once.</summary>
    /// <param name="filter">Which changes; null means all from now on.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <returns>The changes.</returns>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.ResyncRequired"/> when the history to resume from is gone or the reader fell behind:
    /// list again.
    /// </exception>
    IAsyncEnumerable<ObjectChange> WatchAsync(
        WatchFilter? filter = null,
        CancellationToken cancellationToken = default);
}
