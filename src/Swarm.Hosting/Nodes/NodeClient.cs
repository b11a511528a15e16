using Microsoft.Extensions.Hosting;
using Swarm.Hosting.Replication;

namespace Swarm.Hosting.Nodes;

/// <summary>
/// The client of whatever swarm this process's manager is in at the moment. A host that stops ends what is waited for
/// with it: nobody stops a node for a program that still waits for its swarm.
/// </summary>
internal sealed class NodeClient(ISwarmNode node, IHostApplicationLifetime? lifetime = null) : ISwarmClient
{
    public IServiceOperations Services => Current.Services;

    public ITaskOperations Tasks => Current.Tasks;

    public INodeOperations Nodes => Current.Nodes;

    public ISecretOperations Secrets => Current.Secrets;

    public IConfigOperations Configs => Current.Configs;

    public INetworkOperations Networks => Current.Networks;

    public IClusterOperations Cluster => Current.Cluster;

    private ISwarmClient Current => lifetime is not null && node.Client is QuorumClient quorum
        ? quorum.Until(lifetime.ApplicationStopping)
        : node.Client;

    public IAsyncEnumerable<ObjectChange> WatchAsync(
        WatchFilter? filter = null,
        CancellationToken cancellationToken = default) => Current.WatchAsync(filter, cancellationToken);
}
