using Swarm.Execution;

namespace Swarm.Hosting.Nodes;

/// <summary>
/// This machine's place in a swarm, as the Docker API sees it. Thread-safe; outlives the memberships it goes through.
/// </summary>
internal interface ISwarmNode
{
    LocalNodeState State { get; }

    /// <summary>Why the node cannot work; empty when it can.</summary>
    string Error { get; }

    /// <summary>Empty while the node is in no swarm.</summary>
    NodeId NodeId { get; }

    /// <summary>The advertised host, without port; empty while the node is in no swarm.</summary>
    string Address { get; }

    bool IsManager { get; }

    /// <summary>The way into the swarm.</summary>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.Unavailable"/> when this node is not a working manager; its text says what it is.
    /// </exception>
    ISwarmClient Client { get; }

    /// <summary>What this machine tells of itself, also outside of a swarm.</summary>
    NodeDescription Description { get; }

    /// <summary>The containers of this node's tasks; null when the executor has none to show.</summary>
    IContainerSource? Containers { get; }

    /// <summary>The managers this node knows, with their addresses as <c>host:port</c>.</summary>
    IReadOnlyList<(NodeId NodeId, string Address)> RemoteManagers { get; }

    /// <summary>Forms a swarm of this one node, or with <c>ForceNewCluster</c> a quorum of the old swarm.</summary>
    Task<NodeId> InitAsync(SwarmInitRequest request, CancellationToken ct);

    Task JoinAsync(SwarmJoinRequest request, CancellationToken ct);

    Task LeaveAsync(bool force, CancellationToken ct);

    /// <summary>Opens the state of a locked manager.</summary>
    /// <param name="key">The key as the user typed it: <c>SWMKEY-1-…</c>.</param>
    /// <param name="ct">Ends the wait.</param>
    Task UnlockAsync(string key, CancellationToken ct);

    /// <summary>Writes a backup of the swarm that this node is a manager of.</summary>
    /// <param name="destination">Where to; left open. Nothing is written when the node cannot make one.</param>
    /// <param name="ct">Gives up.</param>
    Task BackUpAsync(Stream destination, CancellationToken ct);
}
