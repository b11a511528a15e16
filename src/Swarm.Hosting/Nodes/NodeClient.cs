namespace Swarm.Hosting.Nodes;

/// <summary>The client of whatever swarm this process's manager is in at the moment.</summary>
internal sealed class NodeClient(ISwarmNode node) : ISwarmClient
{
    public IServiceOperations Services => node.Client.Services;

    public ITaskOperations Tasks => node.Client.Tasks;

    public INodeOperations Nodes => node.Client.Nodes;

    public ISecretOperations Secrets => node.Client.Secrets;

    public IConfigOperations Configs => node.Client.Configs;

    public INetworkOperations Networks => node.Client.Networks;

    public IClusterOperations Cluster => node.Client.Cluster;

    public IAsyncEnumerable<ObjectChange> WatchAsync(
        WatchFilter? filter = null,
        CancellationToken cancellationToken = default) => node.Client.WatchAsync(filter, cancellationToken);
}
