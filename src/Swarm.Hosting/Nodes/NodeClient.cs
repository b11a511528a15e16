using Microsoft.Extensions.Hosting;
using Swarm.Hosting.Replication;

namespace Swarm.Hosting.Nodes;

/// <summary>
/// The client of whatever swarm this process's manager is in at the moment. A host that stops ends what is waited for
/// with it: nobody stops a node for a program that still waits for its swarm.
/// </summary>
internal sealed class NodeClient(ISwarmNode node, IHostApplicationLifetime? lifetime = null) : ISwarmClient
{
    private volatile Bound? _bound;

    public IServiceOperations Services => Current.Services;

    public ITaskOperations Tasks => Current.Tasks;

    public INodeOperations Nodes => Current.Nodes;

    public ISecretOperations Secrets => Current.Secrets;

    public IConfigOperations Configs => Current.Configs;

    public INetworkOperations Networks => Current.Networks;

    public IClusterOperations Cluster => Current.Cluster;

    private ISwarmClient Current
    {
        get
        {
            if (lifetime is null || node.Client is not QuorumClient quorum)
            {
                return node.Client;
            }

            var bound = _bound;
            if (bound?.Quorum != quorum)
            {
                _bound = bound = new Bound(quorum, quorum.Until(lifetime.ApplicationStopping));
            }

            return bound.Client;
        }
    }

    public IAsyncEnumerable<ObjectChange> WatchAsync(
        WatchFilter? filter = null,
        CancellationToken cancellationToken = default) => Current.WatchAsync(filter, cancellationToken);

    /// <summary>The client of a membership, and the same that ends with the host.</summary>
    private sealed record Bound(QuorumClient Quorum, QuorumClient Client);
}
