using Swarm.Dispatch;
using Swarm.Hosting.DockerApi;

namespace Swarm.Hosting.Nodes;

/// <summary>This process as the manager of a swarm, with the feed of its events.</summary>
internal sealed class ManagerMembership : IMembership
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _events;

    public ManagerMembership(ManagerRuntime runtime, EventFeed events)
    {
        Runtime = runtime;
        _events = events.RunAsync(runtime.Client, _stop.Token);
    }

    public ManagerRuntime Runtime { get; }

    public LocalNodeState State => LocalNodeState.Active;

    public string Error => "";

    public NodeId NodeId => Runtime.NodeId;

    public string Address => Runtime.Address[..Runtime.Address.LastIndexOf(':')];

    public bool IsManager => true;

    public ISwarmClient Client => Runtime.Client;

    public IReadOnlyList<ManagerPeer> Managers => [new ManagerPeer(Runtime.NodeId, Runtime.Address, 0)];

    public bool AgentsAreReady => Runtime.AgentsAreReady();

    public void RequireHarmlessLeave() =>
        throw NodeErrors.LeaveAsManager(isActive: true, reachable: 1, unreachable: 0);

    public Task StopAsync(bool removeTasks, CancellationToken impatience) => Runtime.StopAsync(removeTasks, impatience);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _events;
        await Runtime.DisposeAsync();
        _stop.Dispose();
    }
}
