using Swarm.Agents;
using Swarm.Dispatch;

namespace Swarm.Hosting.Nodes;

/// <summary>This process's place in one swarm, from the moment it wants one until it has left.</summary>
internal interface IMembership : IAsyncDisposable
{
    LocalNodeState State { get; }

    /// <summary>Why it cannot work; empty when it can.</summary>
    string Error { get; }

    NodeId NodeId { get; }

    /// <summary>The advertised host, without port.</summary>
    string Address { get; }

    bool IsManager { get; }

    /// <inheritdoc cref="ISwarmNode.Client"/>
    ISwarmClient Client { get; }

    IReadOnlyList<ManagerPeer> Managers { get; }

    /// <summary>True while every node of this process has a session.</summary>
    bool AgentsAreReady { get; }

    /// <summary>Throws when leaving would do harm that only <c>--force</c> asks for.</summary>
    /// <exception cref="SwarmException">It would.</exception>
    void RequireHarmlessLeave();

    /// <summary>Ends the membership in this process.</summary>
    /// <param name="tasks">What becomes of the tasks of this process's nodes.</param>
    /// <param name="impatience">Leaves behind what does not end.</param>
    Task StopAsync(TasksAtEnd tasks, CancellationToken impatience);
}
