using System.Runtime.CompilerServices;
using Swarm.Certificates.Authority;
using Swarm.Certificates.Nodes;
using Swarm.Dispatch;

namespace Swarm.Hosting.Nodes;

/// <summary>
/// An agent's way to the dispatcher: straight to it while this process leads, over the network else. Chosen by each
/// session, and kept for as long as it lasts.
/// </summary>
/// <param name="leader">The leader's parts; null on a node that is no manager.</param>
/// <param name="nodeId">The agent's node.</param>
/// <param name="address">The node's host.</param>
/// <param name="wire">The way over the network.</param>
internal sealed class NearestConnection(
    Func<LocalLeader?> leader,
    NodeId nodeId,
    Func<string> address,
    IDispatcherConnection wire) : IDispatcherConnection
{
    private volatile IDispatcherConnection? _chosen;

    private IDispatcherConnection Chosen => _chosen ?? wire;

    public async IAsyncEnumerable<SessionMessage> OpenSessionAsync(
        SessionRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _chosen = leader()?.Leadership.Current is { } plane ? plane.Dispatcher.Connect(nodeId, address()) : wire;
        await foreach (var message in Chosen.OpenSessionAsync(request, cancellationToken))
        {
            yield return message;
        }
    }

    public ValueTask<TimeSpan> HeartbeatAsync(string sessionId, CancellationToken cancellationToken) =>
        Chosen.HeartbeatAsync(sessionId, cancellationToken);

    public ValueTask UpdateTaskStatusAsync(
        string sessionId,
        IReadOnlyList<TaskStatusUpdate> updates,
        CancellationToken cancellationToken) => Chosen.UpdateTaskStatusAsync(sessionId, updates, cancellationToken);

    public IAsyncEnumerable<AssignmentsMessage> OpenAssignmentsAsync(
        string sessionId,
        CancellationToken cancellationToken) => Chosen.OpenAssignmentsAsync(sessionId, cancellationToken);

    public IAsyncEnumerable<LogSubscriptionMessage> ListenSubscriptionsAsync(
        string sessionId,
        CancellationToken cancellationToken) => Chosen.ListenSubscriptionsAsync(sessionId, cancellationToken);

    public ValueTask PublishLogsAsync(
        string subscriptionId,
        IReadOnlyList<TaskLogLine> lines,
        bool close,
        CancellationToken cancellationToken) =>
        Chosen.PublishLogsAsync(subscriptionId, lines, close, cancellationToken);
}

/// <summary>A node's way to the certificate authority: the one in this process while it leads, over the network else.</summary>
internal sealed class NearestAuthority(Func<LocalLeader?> leader, IAuthorityConnector wire, TimeProvider time)
    : IAuthorityConnector
{
    private readonly LocalAuthority _local = new(
        () => leader()?.Leadership.Current?.Certificates,
        () => leader()?.Store.Current.Cluster,
        time);

    private IAuthorityConnector Nearest => leader()?.Leadership.Current is null ? wire : _local;

    public ValueTask<RootAnswer> FetchRootAsync(CancellationToken cancellationToken) =>
        Nearest.FetchRootAsync(cancellationToken);

    public ValueTask<ICertificateAuthority> ConnectAsync(
        string root,
        NodeIdentity? self,
        CancellationToken cancellationToken) => Nearest.ConnectAsync(root, self, cancellationToken);
}
