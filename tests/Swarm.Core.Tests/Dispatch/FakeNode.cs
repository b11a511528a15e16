using Swarm.Dispatch;

namespace Swarm.Core.Tests.Dispatch;

/// <summary>A node without an agent: the test speaks for it.</summary>
internal sealed class FakeNode(DispatcherFixture fixture, IDispatcherConnection connection)
{
    private readonly StopSignal _leave = new();

    public IDispatcherConnection Connection => connection;

    public List<SessionMessage> Messages { get; } = [];

    public List<AssignmentsMessage> Assignments { get; } = [];

    public List<LogSubscriptionMessage> Subscriptions { get; } = [];

    /// <summary>Anything but a refusal: a defect.</summary>
    public Exception? Defect { get; private set; }

    public SwarmException? SessionError { get; private set; }

    public SwarmException? AssignmentsError { get; private set; }

    public SwarmException? ListenError { get; private set; }

    public string SessionId => Defect is null ? Messages[0].SessionId : throw Defect;

    public void Open(string sessionId = "", string hostname = "host")
    {
        var request = new SessionRequest(new NodeDescription { Hostname = hostname }, sessionId);
        Collect(connection.OpenSessionAsync(request, _leave.Token), Messages, error => SessionError = error);
    }

    public FakeNode OpenAssignments()
    {
        Collect(
            connection.OpenAssignmentsAsync(SessionId, _leave.Token),
            Assignments,
            error => AssignmentsError = error);
        fixture.Simulation.Settle();
        return this;
    }

    public FakeNode Listen()
    {
        Collect(
            connection.ListenSubscriptionsAsync(SessionId, _leave.Token),
            Subscriptions,
            error => ListenError = error);
        fixture.Simulation.Settle();
        return this;
    }

    /// <summary>Closes every stream.</summary>
    public void Disconnect()
    {
        _leave.Set();
        fixture.Simulation.Settle();
    }

    public TimeSpan Beat(string? sessionId = null) => fixture.Simulation.Run(
        () => connection.HeartbeatAsync(sessionId ?? SessionId, CancellationToken.None).AsTask());

    public void Report(string task, TaskState state, string error = "") => fixture.Simulation.Run(
        () => connection.UpdateTaskStatusAsync(
            SessionId,
            [new TaskStatusUpdate(new TaskId(task), new SwarmTaskStatus { State = state, Error = error })],
            CancellationToken.None).AsTask());

    public void Publish(string subscription, IReadOnlyList<TaskLogLine> lines, bool close = false) =>
        fixture.Simulation.Run(
            () => connection.PublishLogsAsync(subscription, lines, close, CancellationToken.None).AsTask());

    private void Collect<T>(IAsyncEnumerable<T> stream, List<T> into, Action<SwarmException> failed) =>
        _ = fixture.Simulation.StartAsync(async () =>
        {
            try
            {
                await foreach (var message in stream)
                {
                    into.Add(message);
                }
            }
            catch (SwarmException exception)
            {
                failed(exception);
            }
            catch (OperationCanceledException) when (_leave.IsSet)
            {
                // Disconnected.
            }
            catch (Exception exception)
            {
                Defect = exception;
            }
        });
}
