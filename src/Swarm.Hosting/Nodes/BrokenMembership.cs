using Swarm.Agents;
using Swarm.Dispatch;

namespace Swarm.Hosting.Nodes;

/// <summary>A membership that cannot be taken up again; the node says why until it is told to leave.</summary>
internal sealed class BrokenMembership(string error) : IMembership
{
    public LocalNodeState State => LocalNodeState.Error;

    public string Error => error;

    public NodeId NodeId => default;

    public string Address => "";

    public bool IsManager => false;

    public ISwarmClient Client => throw new SwarmException(SwarmErrorCode.Unavailable, error);

    public IReadOnlyList<ManagerPeer> Managers => [];

    public bool AgentsAreReady => false;

    public void RequireHarmlessLeave()
    {
        // There is nothing left to harm.
    }

    public Task StopAsync(TasksAtEnd tasks, CancellationToken impatience) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
