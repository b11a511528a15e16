using System.Net;
using Swarm.Execution;

namespace Swarm.Hosting.Mesh;

/// <summary>
/// What a node does for networks that are bridges of its machine: it answers the virtual addresses of services there,
/// and the names that lead to them.
/// </summary>
internal interface IBridgedNetworks
{
    /// <summary>Looks whether a bridge can have the subnet that the swarm gave to a network.</summary>
    /// <returns>What is in the way, or null.</returns>
    ValueTask<string?> FindObstacleAsync(IPNetwork subnet, CancellationToken cancellationToken);

    /// <summary>Answers a network from now on; one that is answered stays so.</summary>
    /// <returns>Why this node does not, or null.</returns>
    ValueTask<string?> EnterAsync(NetworkBridge bridge, CancellationToken cancellationToken);

    /// <summary>A network has no bridge any more.</summary>
    ValueTask LeaveAsync(NetworkId network, CancellationToken cancellationToken);

    /// <summary>Opens a task's name server; a task that is known keeps what it has.</summary>
    /// <returns>The address to be asked at port 53; null when no network of the task is answered.</returns>
    ValueTask<IPAddress?> EnterAsync(SwarmTask task, CancellationToken cancellationToken);

    /// <summary>A task is about to stop: virtual addresses lead there no more, unless it is the last one.</summary>
    ValueTask WithdrawAsync(SwarmTask task, CancellationToken cancellationToken);

    /// <summary>Closes what was opened for a task that has ended.</summary>
    void Leave(SwarmTask task);
}

/// <summary>An executor that makes bridges of networks.</summary>
internal interface IBridgeExecutor : INodePortExecutor
{
    /// <summary>Tells what the node does for its networks.</summary>
    void Use(IBridgedNetworks networks);
}

/// <summary>The bridge that a network is on this machine.</summary>
/// <param name="Network">The network.</param>
/// <param name="Interface">The interface, such as <c>br-0123456789ab</c>.</param>
/// <param name="Gateway">The bridge's own address there.</param>
internal sealed record NetworkBridge(NetworkId Network, string Interface, IPAddress Gateway);
