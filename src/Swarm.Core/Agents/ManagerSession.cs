using Swarm.Dispatch;

namespace Swarm.Agents;

/// <summary>
/// One session of an agent with a manager: heartbeats, assignments, status reports, log subscriptions. Ends when any of
/// them fails.
/// </summary>
internal sealed class ManagerSession(
    IDispatcherConnection connection,
    Worker worker,
    LogPublisher logs,
    AgentContext context,
    Action<SessionMessage> onMessage)
{
    /// <summary>The session's id; empty until registered.</summary>
    public string Id { get; private set; } = "";

    /// <summary>When the session was established, as a timestamp of the clock.</summary>
    public long EstablishedAt { get; private set; }

    /// <summary>Runs until <paramref name="until"/> ends or the session fails.</summary>
    public async Task RunAsync(
        SessionRequest request,
        Func<CancellationToken, Task> until,
        CancellationToken cancellationToken)
    {
        using var scope = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var messages = connection.OpenSessionAsync(request, scope.Token).GetAsyncEnumerator(scope.Token);
        var first = Loops.JoinAsync(messages.MoveNextAsync());
        Task[] loops = [first];
        try
        {
            await RegisterAsync(messages, first, cancellationToken);
            loops =
            [
                until(scope.Token),
                ReceiveAsync(messages),
                BeatAsync(scope.Token),
                AssignAsync(scope.Token),
                context.Reporter.RunAsync(Id, scope.Token),
                ListenAsync(scope.Token),
            ];
            await await Task.WhenAny(loops);
        }
        finally
        {
            Loops.Stop(scope);
            await EndAsync(messages, loops);
        }
    }

    private async Task RegisterAsync(
        IAsyncEnumerator<SessionMessage> messages,
        Task<bool> first,
        CancellationToken cancellationToken)
    {
        try
        {
            if (!await first.WaitAsync(context.Options.CallTimeout, context.Time, cancellationToken))
            {
                throw Ended("session");
            }
        }
        catch (TimeoutException exception)
        {
            throw new SwarmException(SwarmErrorCode.Unavailable, "session initiation timed out", exception);
        }

        Id = messages.Current.SessionId;
        EstablishedAt = context.Time.GetTimestamp();
        AgentLog.SessionEstablished(context.Logger, Id);
        onMessage(messages.Current);
        worker.ReportAll();
    }

    private async Task ReceiveAsync(IAsyncEnumerator<SessionMessage> messages)
    {
        while (await messages.MoveNextAsync())
        {
            onMessage(messages.Current);
        }

        throw Ended("session");
    }

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var period = await Loops.JoinAsync(connection.HeartbeatAsync(Id, cancellationToken))
                .WaitAsync(context.Options.CallTimeout, context.Time, cancellationToken);
            await Task.Delay(period, context.Time, cancellationToken);
        }
    }

    private async Task AssignAsync(CancellationToken cancellationToken)
    {
        while (await ApplyUntilGapAsync(cancellationToken))
        {
            // A manager that leaves gaps on and on must not keep the agent busy.
            await Task.Delay(ReopenDelay, context.Time, cancellationToken);
        }

        throw Ended("assignments");
    }

    private static readonly TimeSpan ReopenDelay = TimeSpan.FromMilliseconds(100);

    private async Task<bool> ApplyUntilGapAsync(CancellationToken cancellationToken)
    {
        var applied = "";
        await foreach (var message in connection.OpenAssignmentsAsync(Id, cancellationToken))
        {
            if (!message.IsComplete && message.AppliesTo != applied)
            {
                AgentLog.AssignmentGap(context.Logger, applied, message.AppliesTo);
                return true;
            }

            worker.Apply(message);
            applied = message.ResultsIn;
        }

        return false;
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var message in connection.ListenSubscriptionsAsync(Id, cancellationToken))
            {
                logs.Handle(message);
            }
        }
        catch (SwarmException exception) when (exception.Code is SwarmErrorCode.Unimplemented)
        {
            // A manager without logs is still a manager.
            await Task.Delay(Timeout.InfiniteTimeSpan, context.Time, cancellationToken);
        }
        finally
        {
            logs.CloseAll();
        }

        throw Ended("log subscriptions");
    }

    private async Task EndAsync(IAsyncEnumerator<SessionMessage> messages, Task[] loops)
    {
        var ends = Task.WhenAll(loops.Select(Loops.IgnoreAsync));
        await Task.WhenAny(ends, Task.Delay(context.Options.CallTimeout, context.Time));
        if (ends.IsCompleted)
        {
            await Loops.IgnoreAsync(messages.DisposeAsync().AsTask());
        }
    }

    private static SwarmException Ended(string stream) =>
        new(SwarmErrorCode.Unavailable, $"the manager ended the {stream} stream");
}
