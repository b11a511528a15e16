using Swarm.Dispatch;

namespace Swarm.Core.Tests.Agents;

/// <summary>A connection that fails when told to, and remembers what went over it.</summary>
internal sealed class FaultyConnection(Func<IDispatcherConnection> connect) : IDispatcherConnection
{
    public List<(SessionRequest Request, DateTimeOffset At)> Sessions { get; } = [];

    /// <summary>Whether <see cref="Reports"/> is kept, which grows as long as the agent lives.</summary>
    public bool KeepsReports { get; init; } = true;

    public List<TaskStatusUpdate> Reports { get; } = [];

    public TimeProvider? Clock { get; set; }

    /// <summary>Asked before each call with its name; what it returns is thrown.</summary>
    public Func<string, Exception?> Fault { get; set; } = _ => null;

    /// <summary>Changes assignments on their way.</summary>
    public Func<AssignmentsMessage, AssignmentsMessage?> OnAssignments { get; set; } = message => message;

    public int AssignmentStreams { get; private set; }

    public async IAsyncEnumerable<SessionMessage> OpenSessionAsync(
        SessionRequest request,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Sessions.Add((request, Clock?.GetUtcNow() ?? default));
        ThrowIf("session");
        await foreach (var message in connect().OpenSessionAsync(request, cancellationToken))
        {
            yield return message;
        }
    }

    public ValueTask<TimeSpan> HeartbeatAsync(string sessionId, CancellationToken cancellationToken)
    {
        ThrowIf("heartbeat");
        return connect().HeartbeatAsync(sessionId, cancellationToken);
    }

    public ValueTask UpdateTaskStatusAsync(
        string sessionId,
        IReadOnlyList<TaskStatusUpdate> updates,
        CancellationToken cancellationToken)
    {
        ThrowIf("status");
        if (KeepsReports)
        {
            Reports.AddRange(updates);
        }

        return connect().UpdateTaskStatusAsync(sessionId, updates, cancellationToken);
    }

    public async IAsyncEnumerable<AssignmentsMessage> OpenAssignmentsAsync(
        string sessionId,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        AssignmentStreams++;
        ThrowIf("assignments");
        await foreach (var message in connect().OpenAssignmentsAsync(sessionId, cancellationToken))
        {
            if (OnAssignments(message) is { } passed)
            {
                yield return passed;
            }
        }
    }

    public async IAsyncEnumerable<LogSubscriptionMessage> ListenSubscriptionsAsync(
        string sessionId,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ThrowIf("listen");
        await foreach (var message in connect().ListenSubscriptionsAsync(sessionId, cancellationToken))
        {
            yield return message;
        }
    }

    public ValueTask PublishLogsAsync(
        string subscriptionId,
        IReadOnlyList<TaskLogLine> lines,
        bool close,
        CancellationToken cancellationToken)
    {
        ThrowIf("publish");
        return connect().PublishLogsAsync(subscriptionId, lines, close, cancellationToken);
    }

    /// <summary>Lets every call of one name fail.</summary>
    public void Cut(string name) =>
        Fault = call => call == name ? new SwarmException(SwarmErrorCode.Unavailable, "cut") : null;

    private void ThrowIf(string call)
    {
        if (Fault(call) is { } exception)
        {
            throw exception;
        }
    }
}
