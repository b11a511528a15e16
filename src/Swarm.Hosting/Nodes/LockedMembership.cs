using Microsoft.Extensions.Logging;
using Swarm.Agents;
using Swarm.Dispatch;
using Swarm.Execution;

namespace Swarm.Hosting.Nodes;

/// <summary>A manager whose files wait for the unlock key. It knows where it was, and nothing else.</summary>
/// <param name="setup">What nodes are made of.</param>
/// <param name="directory">The files.</param>
/// <param name="saved">The part of them that is not locked.</param>
/// <param name="executor">Has the tasks that the last process left.</param>
internal sealed class LockedMembership(
    NodeSetup setup,
    NodeDirectory directory,
    SavedMembership saved,
    IExecutor executor) : IMembership
{
    public LocalNodeState State => LocalNodeState.Locked;

    public string Error => NodeErrors.Locked().Message;

    public NodeId NodeId => default;

    public string Address => saved.Addresses.AdvertiseHost;

    public bool IsManager => false;

    public ISwarmClient Client => throw NodeErrors.Locked();

    public IReadOnlyList<ManagerPeer> Managers => saved.Managers;

    public bool AgentsAreReady => false;

    public void RequireHarmlessLeave() => throw NodeErrors.LeaveWhileLocked();

    /// <summary>The tasks need no key: whoever leaves, leaves none of them behind.</summary>
    public async Task StopAsync(TasksAtEnd tasks, CancellationToken impatience)
    {
        if (tasks != TasksAtEnd.RunOn && directory.Identity.LoadSubject() is { } subject)
        {
            await using var agent = new NodeAgent(
                subject.NodeId,
                new LeaderConnection(() => throw NodeErrors.Locked(), subject.NodeId, Address),
                executor,
                new FileAgentTaskStore(directory.Tasks, setup.Loggers.CreateLogger<FileAgentTaskStore>()),
                session: null,
                setup);
            await agent.StopAsync(tasks, impatience);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
