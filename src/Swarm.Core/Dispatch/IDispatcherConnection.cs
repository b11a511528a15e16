using Swarm.Execution;

namespace Swarm.Dispatch;

/// <summary>
/// An agent's way to the managers: SwarmKit's Dispatcher and LogBroker services. In process it is the dispatcher
/// itself; over the network it is a gRPC client. The caller's identity is part of the connection, never of a message.
/// </summary>
internal interface IDispatcherConnection
{
    /// <summary>
    /// Registers the node, or resumes the named session. The first message names the session; later ones repeat the
    /// full set whenever anything changes. Throws <see cref="SwarmErrorCode.SessionInvalid"/> or
    /// <see cref="SwarmErrorCode.Unavailable"/>; ends when the session is replaced or the dispatcher stops.
    /// </summary>
    IAsyncEnumerable<SessionMessage> OpenSessionAsync(SessionRequest request, CancellationToken cancellationToken);

    /// <summary>Says that the node is alive.</summary>
    /// <returns>Time until the next heartbeat is due.</returns>
    ValueTask<TimeSpan> HeartbeatAsync(string sessionId, CancellationToken cancellationToken);

    /// <summary>Reports states of the node's own tasks; returns before they are stored.</summary>
    ValueTask UpdateTaskStatusAsync(
        string sessionId,
        IReadOnlyList<TaskStatusUpdate> updates,
        CancellationToken cancellationToken);

    /// <summary>The node's tasks with what they need: first the complete set, then changes.</summary>
    IAsyncEnumerable<AssignmentsMessage> OpenAssignmentsAsync(string sessionId, CancellationToken cancellationToken);

    /// <summary>Log subscriptions that concern this node, until closed.</summary>
    IAsyncEnumerable<LogSubscriptionMessage> ListenSubscriptionsAsync(
        string sessionId,
        CancellationToken cancellationToken);

    /// <summary>Delivers log lines for a subscription; <paramref name="close"/> ends this node's part of it.</summary>
    ValueTask PublishLogsAsync(
        string subscriptionId,
        IReadOnlyList<TaskLogLine> lines,
        bool close,
        CancellationToken cancellationToken);
}

/// <summary>What a node says when it registers.</summary>
internal sealed record SessionRequest(NodeDescription Description, string SessionId = "", string Address = "");

/// <summary>What a node is told in its session.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="Node">The node as the managers know it.</param>
/// <param name="Managers">The managers it may connect to.</param>
/// <param name="NetworkBootstrapKeys"><see cref="Cluster.NetworkBootstrapKeys"/>.</param>
/// <param name="RootCaCertificate">The trusted root certificates (PEM); empty for no news of them.</param>
internal sealed record SessionMessage(
    string SessionId,
    Node Node,
    ValueList<ManagerPeer> Managers,
    ValueList<EncryptionKey> NetworkBootstrapKeys = default,
    ValueList<byte> RootCaCertificate = default);

/// <summary>A manager that agents may connect to.</summary>
internal sealed record ManagerPeer(NodeId NodeId, string Address, int Weight);

/// <summary>A state of a task, as its agent reports it.</summary>
internal readonly record struct TaskStatusUpdate(TaskId TaskId, SwarmTaskStatus Status);

/// <summary>What an agent reports of a cluster volume it had been assigned.</summary>
/// <param name="VolumeId">The volume.</param>
/// <param name="IsUnpublished">True when the node has let go of it.</param>
internal readonly record struct VolumeStatusUpdate(VolumeId VolumeId, bool IsUnpublished);

/// <summary>A message about a node's assignments.</summary>
/// <param name="IsComplete">True for the full set: whatever is not in it is dropped.</param>
/// <param name="AppliesTo">Number of the message this one follows; empty for the first.</param>
/// <param name="ResultsIn">Number of this message.</param>
/// <param name="Changes">The changes.</param>
internal sealed record AssignmentsMessage(
    bool IsComplete,
    string AppliesTo,
    string ResultsIn,
    ValueList<AssignmentChange> Changes);

/// <summary>One object that is assigned to a node, or no longer.</summary>
/// <param name="Object">A task, secret, config or <see cref="VolumeAssignment"/>.</param>
/// <param name="Remove">True when the node must forget it.</param>
internal sealed record AssignmentChange(ClusterObject Object, bool Remove = false);

/// <summary>A log subscription, as an agent sees it.</summary>
internal sealed record LogSubscriptionMessage(
    string Id,
    LogSelector Selector,
    LogOptions Options,
    bool Close);

/// <summary>Which tasks' logs are wanted; the three lists are alternatives.</summary>
internal sealed record LogSelector(
    ValueList<ServiceId> Services = default,
    ValueList<NodeId> Nodes = default,
    ValueList<TaskId> Tasks = default)
{
    public bool IsEmpty => Services.IsEmpty && Nodes.IsEmpty && Tasks.IsEmpty;

    public bool Matches(SwarmTask task) =>
        Tasks.AsSpan().Contains(task.Id)
        || Services.AsSpan().Contains(task.ServiceId)
        || Nodes.AsSpan().Contains(task.NodeId);
}
