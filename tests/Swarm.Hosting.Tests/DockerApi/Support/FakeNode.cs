using Swarm.Execution;
using Swarm.Hosting.Nodes;

namespace Swarm.Hosting.Tests.DockerApi.Support;

internal sealed class FakeNode(ISwarmClient client) : ISwarmNode
{
    public LocalNodeState State { get; set; } = LocalNodeState.Active;

    public string Error => "";

    public NodeId NodeId => new("node1");

    public string Address => "127.0.0.1";

    public bool IsManager => State == LocalNodeState.Active;

    public ISwarmClient Client => IsManager
        ? client
        : throw new SwarmException(SwarmErrorCode.Unavailable, "This node is not a swarm manager.");

    public NodeDescription Description => new() { Hostname = "node1" };

    public IContainerSource? Containers { get; set; }

    public IReadOnlyList<(NodeId NodeId, string Address)> RemoteManagers => [];

    public Task<NodeId> InitAsync(SwarmInitRequest request, CancellationToken ct) => throw new NotSupportedException();

    public Task JoinAsync(SwarmJoinRequest request, CancellationToken ct) => throw new NotSupportedException();

    public Task LeaveAsync(bool force, CancellationToken ct) => throw new NotSupportedException();

    public Task UnlockAsync(string key, CancellationToken ct) => throw new NotSupportedException();

    public Task BackUpAsync(Stream destination, CancellationToken ct) => throw new NotSupportedException();
}
