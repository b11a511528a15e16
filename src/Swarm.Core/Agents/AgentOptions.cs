using Swarm.Dispatch;

namespace Swarm.Agents;

/// <summary>Settings of an agent; defaults are SwarmKit's.</summary>
internal sealed record AgentOptions
{
    /// <summary>The node the agent runs on: the identity of its certificate.</summary>
    public required NodeId NodeId { get; init; }

    /// <summary>Keeps tasks across restarts.</summary>
    public IAgentTaskStore Tasks { get; init; } = new MemoryAgentTaskStore();

    /// <summary>Told about each session message: managers to connect to, the node as the managers see it.</summary>
    public Action<SessionMessage>? OnSessionMessage { get; init; }

    /// <summary>Time a manager has to answer a call.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time between descriptions of the node.</summary>
    public TimeSpan DescriptionPeriod { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Time until a step is tried again after a fault that may pass.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Time an executor has to obey a cancellation; afterwards the agent goes on without it.</summary>
    public TimeSpan CancellationGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time an executor has for calls that should be quick: describe, configure, update, dispose.</summary>
    public TimeSpan ExecutorTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time an executor has to remove what a task left behind.</summary>
    public TimeSpan RemovalTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Most status updates in one call.</summary>
    public int MaxStatusesPerCall { get; init; } = 1_000;

    /// <summary>Most log lines waiting for a manager, per subscription; readers of logs wait for room.</summary>
    public int MaxBufferedLogLines { get; init; } = 1_024;

    /// <summary>Most bytes of log lines in one call.</summary>
    public int MaxLogBytesPerCall { get; init; } = 64 * 1024;

    /// <summary>Most log subscriptions served at a time.</summary>
    public int MaxLogSubscriptions { get; init; } = 1_000;
}
