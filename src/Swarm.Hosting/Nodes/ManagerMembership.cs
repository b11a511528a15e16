using Swarm.Agents;
using Swarm.Dispatch;
using Swarm.Hosting.DockerApi;

namespace Swarm.Hosting.Nodes;

/// <summary>This process as a manager of a swarm, with the feed of its events.</summary>
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

    public IReadOnlyList<ManagerPeer> Managers => Runtime.Managers;

    public bool AgentsAreReady => Runtime.AgentsAreReady();

    public void RequireHarmlessLeave()
    {
        var (reachable, unreachable) = Runtime.CountManagers();
        throw NodeErrors.LeaveAsManager(Runtime.KnowsLeader, reachable, unreachable);
    }

    public Task StopAsync(TasksAtEnd tasks, CancellationToken impatience) => Runtime.StopAsync(tasks, impatience);

    /// <summary>Gives up the manager's part.</summary>
    /// <returns>The node, whose agent goes on.</returns>
    public async Task<MemberAgent> ResignAsync()
    {
        await EndEventsAsync();
        await Runtime.ResignAsync();
        return Runtime.Member;
    }

    public async ValueTask DisposeAsync()
    {
        await EndEventsAsync();
        await Runtime.DisposeAsync();
        _stop.Dispose();
    }

    private async Task EndEventsAsync()
    {
        await _stop.CancelAsync();
        await _events;
    }
}
