using Swarm.Execution;
using Swarm.Hosting.Nodes;

namespace Swarm.Hosting.Tests.DockerApi;

/// <summary>A node whose place in a swarm a test sets as it likes; keeps what it was asked to do.</summary>
internal sealed class FakeSwarmNode : ISwarmNode
{
    public FakeSwarmClient Swarm { get; } = new();

    public LocalNodeState State { get; set; }

    public string Error { get; set; } = "";

    public NodeId NodeId { get; set; }

    public string Address { get; set; } = "";

    public bool IsManager { get; set; }

    public IContainerSource? Containers { get; set; }

    public IReadOnlyList<(NodeId NodeId, string Address)> RemoteManagers { get; set; } = [];

    public SwarmInitRequest? Init { get; private set; }

    public SwarmJoinRequest? Join { get; private set; }

    public bool? LeaveForced { get; private set; }

    public string? UnlockedWith { get; private set; }

    /// <summary>Thrown by init, join, leave and unlock.</summary>
    public SwarmException? Failure { get; set; }

    public NodeDescription Description { get; set; } = new()
    {
        Hostname = "node1",
        Platform = new("x86_64", "linux"),
        Resources = new() { NanoCpus = 2_000_000_000, MemoryBytes = 25_276_502_016 },
        Engine = new()
        {
            Version = "1.0.0",
            Labels = [new("rack", "r1")],
            Plugins = [new("Log", "json-file"), new("Network", "overlay"), new("Volume", "local")],
        },
    };

    public ISwarmClient Client => State switch
    {
        LocalNodeState.Active when IsManager => Swarm,
        LocalNodeState.Active => throw NodeErrors.Worker(),
        LocalNodeState.Locked => throw NodeErrors.Locked(),
        LocalNodeState.Pending => throw NodeErrors.ManagerNotReady(),
        _ => throw NodeErrors.NotInSwarm(),
    };

    /// <summary>Makes it the only manager of a swarm.</summary>
    public FakeSwarmNode AsManager()
    {
        (State, IsManager, NodeId, Address) = (LocalNodeState.Active, true, new("n1id"), "10.0.0.1");
        RemoteManagers = [(NodeId, "10.0.0.1:2377")];
        Swarm.NodeList.Add(new()
        {
            Id = NodeId,
            Version = new(9),
            Role = NodeRole.Manager,
            Spec = new() { DesiredRole = NodeRole.Manager },
            Description = Description,
            Status = new(NodeState.Ready, "", Address),
            ManagerStatus = new(1, "10.0.0.1:2377", true, Reachability.Reachable),
        });
        return this;
    }

    public async Task<NodeId> InitAsync(SwarmInitRequest request, CancellationToken ct)
    {
        await FailOrGoOnAsync();
        Init = request;
        AsManager();
        return NodeId;
    }

    public async Task JoinAsync(SwarmJoinRequest request, CancellationToken ct)
    {
        await FailOrGoOnAsync();
        Join = request;
        (State, NodeId) = (LocalNodeState.Active, new("n2id"));
    }

    public async Task LeaveAsync(bool force, CancellationToken ct)
    {
        await FailOrGoOnAsync();
        LeaveForced = force;
        (State, IsManager, NodeId, Address, RemoteManagers) = (LocalNodeState.Inactive, false, default, "", []);
        Swarm.NodeList.Clear();
    }

    public async Task UnlockAsync(string key, CancellationToken ct)
    {
        await FailOrGoOnAsync();
        UnlockedWith = key;
    }

    public async Task BackUpAsync(Stream destination, CancellationToken ct)
    {
        await FailOrGoOnAsync();
        await destination.WriteAsync("a backup"u8.ToArray(), ct);
    }

    private Task FailOrGoOnAsync() => Failure is { } failure ? Task.FromException(failure) : Task.CompletedTask;
}
