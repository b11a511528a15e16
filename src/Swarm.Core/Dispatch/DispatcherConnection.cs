using System.Runtime.CompilerServices;
using Swarm.Storage;

namespace Swarm.Dispatch;

/// <summary>The dispatcher as one node sees it: the node's identity is fixed, whatever its messages say.</summary>
internal sealed class DispatcherConnection(Dispatcher dispatcher, NodeId nodeId, string address) : IDispatcherConnection
{
    public async IAsyncEnumerable<SessionMessage> OpenSessionAsync(
        SessionRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var from = address.Length > 0 ? address : request.Address;
        var session = await dispatcher.RegisterAsync(nodeId, request with { Address = from }, cancellationToken);
        using var changes = dispatcher.Store.Watch(WatchScope.ForNode(nodeId));
        using var scope = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken,
            session.Closed,
            session.BeginStream());
        var told = Compose(session, changes.View.Nodes.Find(nodeId.Value));
        yield return told;

        try
        {
            var news = new SessionNews(session, dispatcher.Presences, changes, scope.Token);
            while (await news.NextAsync(told.Node) is { } node)
            {
                var current = Compose(session, node);
                if (current != told)
                {
                    told = current;
                    yield return told;
                }
            }
        }
        finally
        {
            Loops.Stop(scope);
        }

        cancellationToken.ThrowIfCancellationRequested();
        throw session.Reason;
    }

    public ValueTask<TimeSpan> HeartbeatAsync(string sessionId, CancellationToken cancellationToken) =>
        ValueTask.FromResult(dispatcher.Presences.Beat(nodeId, sessionId, dispatcher.HeartbeatPeriod));

    public ValueTask UpdateTaskStatusAsync(
        string sessionId,
        IReadOnlyList<TaskStatusUpdate> updates,
        CancellationToken cancellationToken)
    {
        dispatcher.Presences.Require(nodeId, sessionId);
        dispatcher.Report(nodeId, updates);
        return ValueTask.CompletedTask;
    }

    public async IAsyncEnumerable<AssignmentsMessage> OpenAssignmentsAsync(
        string sessionId,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var session = dispatcher.Presences.Require(nodeId, sessionId);
        using var scope = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, session.Closed);
        using var stream = dispatcher.OpenAssignments(nodeId);
        await using var messages = stream.ReadAsync(scope.Token).GetAsyncEnumerator(scope.Token);
        while (await MoveNextAsync(messages, session, cancellationToken))
        {
            yield return messages.Current;
        }
    }

    public async IAsyncEnumerable<LogSubscriptionMessage> ListenSubscriptionsAsync(
        string sessionId,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var session = dispatcher.Presences.Require(nodeId, sessionId);
        using var scope = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, session.Closed);
        await using var messages = dispatcher.Logs.ListenAsync(nodeId, scope.Token).GetAsyncEnumerator(scope.Token);
        while (await MoveNextAsync(messages, session, cancellationToken))
        {
            yield return messages.Current;
        }
    }

    public async ValueTask PublishLogsAsync(
        string subscriptionId,
        IReadOnlyList<TaskLogLine> lines,
        bool close,
        CancellationToken cancellationToken) =>
        await dispatcher.Logs.PublishAsync(nodeId, subscriptionId, lines, close, cancellationToken);

    private SessionMessage Compose(AgentSession session, Node? node)
    {
        if (node is null)
        {
            dispatcher.Presences.Forget(nodeId);
            throw DispatchErrors.NodeNotFound();
        }

        var cluster = dispatcher.Store.Current.Cluster;
        return new SessionMessage(
            session.Id,
            node,
            dispatcher.Managers,
            cluster?.NetworkBootstrapKeys ?? default,
            dispatcher.RootCertificate(cluster));
    }

    private static async ValueTask<bool> MoveNextAsync<T>(
        IAsyncEnumerator<T> messages,
        AgentSession session,
        CancellationToken cancellationToken)
    {
        try
        {
            return await messages.MoveNextAsync();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw session.Reason;
        }
    }
}
