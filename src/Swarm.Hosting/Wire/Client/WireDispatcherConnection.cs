using System.Runtime.CompilerServices;
using Grpc.Net.Client;
using Swarm.Agents;
using Swarm.Certificates.Nodes;
using Swarm.Dispatch;
using Swarm.Hosting.Wire.Mapping;

namespace Swarm.Hosting.Wire.Client;

/// <summary>
/// An agent's way to the managers over the network. Each session chooses a manager, and everything of the session goes
/// to that one; a session that fails makes the next one likely to choose another.
/// </summary>
internal sealed class WireDispatcherConnection(ManagerChoice managers, CurrentIdentity identity, TimeProvider time)
    : IDispatcherConnection, IDisposable
{
    private readonly Lock _gate = new();
    private Link? _link;

    public async IAsyncEnumerable<SessionMessage> OpenSessionAsync(
        SessionRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var link = Connect();
        var isEstablished = false;
        try
        {
            var call = link.Dispatcher.Session(request.ToWire(), cancellationToken: cancellationToken);
            await foreach (var message in Calls.ReadAsync(call, link.Manager.Address, cancellationToken))
            {
                isEstablished = true;
                managers.Observe(link.Manager, succeeded: true);
                yield return message.ToRecord();
            }
        }
        finally
        {
            if (!cancellationToken.IsCancellationRequested || !isEstablished)
            {
                managers.Observe(link.Manager, succeeded: false);
            }

            Disconnect(link);
        }
    }

    public async ValueTask<TimeSpan> HeartbeatAsync(string sessionId, CancellationToken cancellationToken)
    {
        var link = Current();
        var answer = await Calls.AwaitAsync(
            link.Dispatcher.HeartbeatAsync(new() { SessionId = sessionId }, cancellationToken: cancellationToken),
            link.Manager.Address);
        return answer.Period?.ToTimeSpan() ?? TimeSpan.Zero;
    }

    public async ValueTask UpdateTaskStatusAsync(
        string sessionId,
        IReadOnlyList<TaskStatusUpdate> updates,
        CancellationToken cancellationToken)
    {
        var link = Current();
        await Calls.AwaitAsync(
            link.Dispatcher.UpdateTaskStatusAsync(updates.ToWire(sessionId), cancellationToken: cancellationToken),
            link.Manager.Address);
    }

    public async IAsyncEnumerable<AssignmentsMessage> OpenAssignmentsAsync(
        string sessionId,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var link = Current();
        var shared = new SharedRecords();
        var call = link.Dispatcher.Assignments(new() { SessionId = sessionId }, cancellationToken: cancellationToken);
        await foreach (var message in Calls.ReadAsync(call, link.Manager.Address, cancellationToken))
        {
            yield return message.ToRecord(shared);
        }
    }

    public async IAsyncEnumerable<LogSubscriptionMessage> ListenSubscriptionsAsync(
        string sessionId,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var link = Current();
        var call = link.Logs.ListenSubscriptions(new(), cancellationToken: cancellationToken);
        await foreach (var message in Calls.ReadAsync(call, link.Manager.Address, cancellationToken))
        {
            if (message.Close)
            {
                link.Publications.Drop(message.Id);
            }

            yield return message.ToRecord();
        }
    }

    public async ValueTask PublishLogsAsync(
        string subscriptionId,
        IReadOnlyList<TaskLogLine> lines,
        bool close,
        CancellationToken cancellationToken)
    {
        var link = Current();
        await link.Publications.SendAsync(lines.ToWire(subscriptionId, close), cancellationToken);
    }

    public void Dispose()
    {
        if (_link is { } link)
        {
            Disconnect(link);
        }
    }

    // The identity of the moment: a session that is opened after a renewal shows the new certificate.
    private Link Connect()
    {
        var manager = managers.Next() ?? throw new SwarmException(
            SwarmErrorCode.Unavailable,
            "no manager of the swarm is known");
        var link = new Link(manager, ManagerChannel.ToManager(manager.Address, identity.Value, time));
        lock (_gate)
        {
            _link = link;
        }

        return link;
    }

    private Link Current()
    {
        lock (_gate)
        {
            return _link ?? throw new SwarmException(SwarmErrorCode.Unavailable, "there is no session with a manager");
        }
    }

    private void Disconnect(Link link)
    {
        lock (_gate)
        {
            if (_link == link)
            {
                _link = null;
            }
        }

        link.Channel.Dispose();
    }

    private sealed record Link(ManagerPeer Manager, GrpcChannel Channel)
    {
        public Protos.Dispatcher.DispatcherClient Dispatcher { get; } = new(Channel);

        public Protos.LogBroker.LogBrokerClient Logs { get; } = new(Channel);

        public LogPublications Publications { get; } = new(new(Channel), Manager.Address);
    }
}
