namespace Swarm.Docker.Engine;

/// <summary>What the executor asks of a Docker Engine; another client library could stand behind it.</summary>
/// <remarks>
/// Every call may throw <see cref="EngineUnreachableException"/> when the engine does not answer and
/// <see cref="EngineException"/> when it refuses.
/// </remarks>
internal interface IDockerEngine : IDisposable
{
    EngineAddress Address { get; }

    /// <summary>What the engine is and has; learns its version anew.</summary>
    Task<EngineInfoDocument> InfoAsync(CancellationToken cancellationToken);

    Task<bool> HasImageAsync(string image, CancellationToken cancellationToken);

    /// <summary>Fetches an image from its registry.</summary>
    /// <param name="image">The image with a tag or digest.</param>
    /// <param name="registryAuth">Credentials as the docker command sends them; empty for none.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task PullAsync(string image, string registryAuth, CancellationToken cancellationToken);

    /// <summary>The containers with a label, ended ones included.</summary>
    Task<ContainerSummaryDocument[]> ListContainersAsync(string label, CancellationToken cancellationToken);

    /// <summary>A container by name or id; null when there is none.</summary>
    Task<ContainerDocument?> FindContainerAsync(string nameOrId, CancellationToken cancellationToken);

    /// <summary>Makes a container.</summary>
    /// <returns>Its id.</returns>
    Task<string> CreateContainerAsync(
        string name, ContainerCreateDocument container, CancellationToken cancellationToken);

    Task StartContainerAsync(string id, CancellationToken cancellationToken);

    /// <summary>Sends the stop signal and kills after the grace period; nothing happens to what does not run.</summary>
    Task StopContainerAsync(string nameOrId, TimeSpan? gracePeriod, CancellationToken cancellationToken);

    /// <summary>Kills; nothing happens to what does not run.</summary>
    Task KillContainerAsync(string nameOrId, CancellationToken cancellationToken);

    /// <summary>Removes a container with its volumes that have no name, whether it runs or not.</summary>
    Task RemoveContainerAsync(string nameOrId, CancellationToken cancellationToken);

    /// <summary>The output of a container with times and details; in frames unless it has a terminal.</summary>
    Task<Stream> OpenLogsAsync(string nameOrId, string query, CancellationToken cancellationToken);

    /// <summary>What happens to containers with a label from now on; ends with the connection.</summary>
    /// <param name="label">The label.</param>
    /// <param name="onConnected">Called when nothing that happens from then on is missed.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    IAsyncEnumerable<EngineEventDocument> WatchContainersAsync(
        string label, Action onConnected, CancellationToken cancellationToken);

    /// <summary>A network by its exact name; null when there is none.</summary>
    Task<EngineNetworkDocument?> FindNetworkAsync(string name, CancellationToken cancellationToken);

    Task CreateNetworkAsync(NetworkCreateDocument network, CancellationToken cancellationToken);

    Task RemoveNetworkAsync(string name, CancellationToken cancellationToken);

    Task ConnectAsync(
        string network, string container, EndpointDocument endpoint, CancellationToken cancellationToken);
}
