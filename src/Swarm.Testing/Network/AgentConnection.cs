using System.Runtime.CompilerServices;
using Swarm.Agents;
using Swarm.Dispatch;

namespace Swarm.Testing;

/// <summary>
/// An agent's way to the managers of a test cluster: any manager passes it on to the one that leads. Chosen by each
/// session, and kept for as long as it lasts.
/// </summary>
/// <param name="process">The agent's node.</param>
/// <param name="managers">The managers to choose from.</param>
internal sealed class AgentConnection(NodeProcess process, ManagerChoice managers) : IDispatcherConnection
{
    private Route? _route;

    private Route Current => _route ?? throw Route.Unavailable("there is no session with a manager");

    public async IAsyncEnumerable<SessionMessage> OpenSessionAsync(
        SessionRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var route = _route = await FindWayAsync(cancellationToken);
        var messages = RemoteCall.ReadAsync(
            route,
            stop => Dispatcher(route).OpenSessionAsync(request, stop),
            cancellationToken);
        await foreach (var message in messages)
        {
            managers.Set(message.Managers);
            yield return message;
        }
    }

    public async ValueTask<TimeSpan> HeartbeatAsync(string sessionId, CancellationToken cancellationToken)
    {
        var route = Current;
        return await RemoteCall.AskAsync(
            route,
            () => Dispatcher(route).HeartbeatAsync(sessionId, CancellationToken.None).AsTask(),
            cancellationToken);
    }

    public async ValueTask UpdateTaskStatusAsync(
        string sessionId,
        IReadOnlyList<TaskStatusUpdate> updates,
        CancellationToken cancellationToken)
    {
        var route = Current;
        await RemoteCall.AskAsync(
            route,
            async () =>
            {
                await Dispatcher(route).UpdateTaskStatusAsync(sessionId, updates, CancellationToken.None);
                return true;
            },
            cancellationToken);
    }

    public IAsyncEnumerable<AssignmentsMessage> OpenAssignmentsAsync(
        string sessionId,
        CancellationToken cancellationToken)
    {
        var route = Current;
        return RemoteCall.ReadAsync(
            route,
            stop => Dispatcher(route).OpenAssignmentsAsync(sessionId, stop),
            cancellationToken);
    }

    public IAsyncEnumerable<LogSubscriptionMessage> ListenSubscriptionsAsync(
        string sessionId,
        CancellationToken cancellationToken)
    {
        var route = Current;
        return RemoteCall.ReadAsync(
            route,
            stop => Dispatcher(route).ListenSubscriptionsAsync(sessionId, stop),
            cancellationToken);
    }

    public async ValueTask PublishLogsAsync(
        string subscriptionId,
        IReadOnlyList<TaskLogLine> lines,
        bool close,
        CancellationToken cancellationToken)
    {
        var route = Current;
        await RemoteCall.AskAsync(
            route,
            async () =>
            {
                await Dispatcher(route).PublishLogsAsync(subscriptionId, lines, close, CancellationToken.None);
                return true;
            },
            cancellationToken);
    }

    private IDispatcherConnection Dispatcher(Route route) =>
        route.To.Manager!.Leadership.Require().Dispatcher.Connect(process.Node.Id, process.Node.Host);

    // While this node leads the way is short; else whichever manager is asked says who leads.
    private async Task<Route> FindWayAsync(CancellationToken cancellationToken)
    {
        var network = process.Node.Cluster.Network;
        if (process.Manager is { Leadership.Current: not null })
        {
            return new Route(network, process);
        }

        var peer = managers.Next() ?? throw Route.Unavailable("no manager of the swarm is known");
        try
        {
            if (process.Node.Cluster.FindNode(peer.NodeId)?.Process is not { } manager)
            {
                throw Route.Unavailable("the connection was refused");
            }

            var leader = await RemoteCall.AskAsync(
                new Route(network, process, manager),
                () => Task.FromResult(manager.Manager?.FindLeader()),
                cancellationToken) ?? throw Route.Unavailable("the manager knows no leader");
            managers.Observe(peer, succeeded: true);
            return leader == manager
                ? new Route(network, process, manager)
                : new Route(network, process, manager, leader);
        }
        catch (SwarmException)
        {
            managers.Observe(peer, succeeded: false);
            throw;
        }
    }
}
