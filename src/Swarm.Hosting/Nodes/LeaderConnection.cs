using Swarm.Dispatch;

namespace Swarm.Hosting.Nodes;

/// <summary>The way of an agent to the dispatcher in the same process, as long as there is one: terms come and go.</summary>
/// <param name="dispatcher">The dispatcher of the present term; throws when another manager leads.</param>
/// <param name="nodeId">The agent's node.</param>
/// <param name="address">The node's host.</param>
internal sealed class LeaderConnection(Func<Dispatcher> dispatcher, NodeId nodeId, string address)
    : IDispatcherConnection
{
    private IDispatcherConnection Current => dispatcher().Connect(nodeId, address);

    public IAsyncEnumerable<SessionMessage> OpenSessionAsync(
        SessionRequest request,
        CancellationToken cancellationToken) => Current.OpenSessionAsync(request, cancellationToken);

    public ValueTask<TimeSpan> HeartbeatAsync(string sessionId, CancellationToken cancellationToken) =>
        Current.HeartbeatAsync(sessionId, cancellationToken);

    public ValueTask UpdateTaskStatusAsync(
        string sessionId,
        IReadOnlyList<TaskStatusUpdate> updates,
        CancellationToken cancellationToken) =>
        Current.UpdateTaskStatusAsync(sessionId, updates, cancellationToken);

    public IAsyncEnumerable<AssignmentsMessage> OpenAssignmentsAsync(
        string sessionId,
        CancellationToken cancellationToken) => Current.OpenAssignmentsAsync(sessionId, cancellationToken);

    public IAsyncEnumerable<LogSubscriptionMessage> ListenSubscriptionsAsync(
        string sessionId,
        CancellationToken cancellationToken) => Current.ListenSubscriptionsAsync(sessionId, cancellationToken);

    public ValueTask PublishLogsAsync(
        string subscriptionId,
        IReadOnlyList<TaskLogLine> lines,
        bool close,
        CancellationToken cancellationToken) =>
        Current.PublishLogsAsync(subscriptionId, lines, close, cancellationToken);
}
