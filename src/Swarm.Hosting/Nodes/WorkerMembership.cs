using Swarm.Agents;
using Swarm.Dispatch;

namespace Swarm.Hosting.Nodes;

/// <summary>This process as a worker of a swarm whose managers are elsewhere.</summary>
/// <param name="member">The node; its agent may be at work already.</param>
internal sealed class WorkerMembership(MemberAgent member) : IMembership
{
    /// <summary>The node, which becomes a manager's when it is promoted.</summary>
    public MemberAgent Member { get; } = member;

    public LocalNodeState State => LocalNodeState.Active;

    public string Error => "";

    public NodeId NodeId => Member.NodeId;

    public string Address => Member.Addresses.AdvertiseHost;

    public bool IsManager => false;

    public ISwarmClient Client => throw NodeErrors.Worker();

    public IReadOnlyList<ManagerPeer> Managers => Member.KnownManagers;

    public bool AgentsAreReady => Member.HasSession;

    public void RequireHarmlessLeave()
    {
        // The swarm goes on without a worker.
    }

    public Task StopAsync(TasksAtEnd tasks, CancellationToken impatience) =>
        Member.StopAsync(tasks, impatience);

    public ValueTask DisposeAsync() => Member.DisposeAsync();
}
