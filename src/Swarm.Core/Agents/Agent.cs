using Microsoft.Extensions.Logging;
using Swarm.Dispatch;
using Swarm.Execution;

namespace Swarm.Agents;

/// <summary>
/// A node's part of the swarm: keeps a session with a manager, runs the tasks assigned to it, reports what becomes of
/// them. Tasks outlive sessions, managers and the agent itself.
/// </summary>
internal sealed class Agent
{
    private readonly IDispatcherConnection _connection;
    private readonly AgentContext _context;
    private readonly Worker _worker;
    private readonly LogPublisher _logs;
    private readonly NodeConfigurator _configurator;
    private readonly ReconnectBackoff _backoff;
    private readonly StopSignal _left = new();
    private readonly TaskCompletionSource _registered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Pulse _describe = new();
    private NodeDescription? _description;
    private ManagerSession? _session;
    private string _sessionId = "";

    public Agent(
        IDispatcherConnection connection,
        IExecutor executor,
        AgentOptions options,
        Random random,
        TimeProvider time,
        ILogger logger)
    {
        _connection = connection;
        _context = new AgentContext(
            options,
            executor,
            new NodeDependencies(options.NodeId),
            new StatusReporter(connection, options, time, logger),
            time,
            logger);
        _worker = new Worker(_context);
        _logs = new LogPublisher(connection, _worker, _context);
        _configurator = new NodeConfigurator(_context);
        _backoff = new ReconnectBackoff(random);
        _worker.OnAdded = _logs.Add;
    }

    /// <summary>Completes with the first session.</summary>
    public Task Registered => _registered.Task;

    /// <summary>True while there is a session with a manager.</summary>
    public bool HasSession => Volatile.Read(ref _session) is { Id.Length: > 0 };

    /// <summary>The tasks of this node, as the agent knows them.</summary>
    public IEnumerable<SwarmTask> Tasks => _worker.Runners.Select(runner => runner.Current);

    /// <summary>Runs until cancelled, leaving tasks running, or until the agent has left the swarm.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var scope = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _left.Token);
        var configuring = _configurator.RunAsync(scope.Token);
        try
        {
            await _worker.RestoreAsync(scope.Token);
            while (!scope.IsCancellationRequested)
            {
                await KeepSessionAsync(scope.Token);
            }
        }
        catch (OperationCanceledException) when (scope.IsCancellationRequested)
        {
            // Asked to stop.
        }
        finally
        {
            await Loops.IgnoreAsync(configuring);
            await _worker.StopAsync();
        }
    }

    /// <summary>Stops every task, then ends <see cref="RunAsync"/>.</summary>
    /// <param name="remove">Whether they leave nothing behind; otherwise the node's next life has their output.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <remarks>
    /// The session stays meanwhile where there is one, so that the managers learn what has stopped; otherwise they
    /// learn it in the node's next life.
    /// </remarks>
    public async Task EndTasksAsync(bool remove, CancellationToken cancellationToken)
    {
        await _worker.RestoreAsync(cancellationToken);
        await _worker.EndAllAsync(remove).WaitAsync(cancellationToken);
        _left.Set();
    }

    /// <summary>Describes the node at once, and not only when the next description is due. Thread-safe.</summary>
    public void DescribeSoon() => _describe.Set();

    private async Task KeepSessionAsync(CancellationToken cancellationToken)
    {
        var session = new ManagerSession(_connection, _worker, _logs, _context, Receive);
        Volatile.Write(ref _session, session);
        try
        {
            _description = await DescribeAsync(cancellationToken) ?? _description
                ?? throw new SwarmException(SwarmErrorCode.Unavailable, "the executor does not describe the node");
            _context.Dependencies.Node = _description;
            await session.RunAsync(
                new SessionRequest(_description, _sessionId),
                token => UntilDescriptionChangesAsync(_description, token),
                cancellationToken);
            _sessionId = session.Id;
            AgentLog.DescriptionChanged(_context.Logger);
        }
        catch (Exception exception)
            when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // A session may also break while the agent is told to stop: that is no failure of the stop.
            await BackOffAsync(session, exception, cancellationToken);
        }
    }

    private async Task BackOffAsync(ManagerSession session, Exception exception, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _session, null);
        // Sessions that break as soon as they are made must not come in quick succession.
        if (session.Id.Length > 0 && _context.Time.GetElapsedTime(session.EstablishedAt) >= ReconnectBackoff.Max)
        {
            _backoff.Reset();
        }

        // A session that the manager does not know (any more) cannot be resumed; any other can.
        _sessionId = exception is SwarmException { Code: SwarmErrorCode.SessionInvalid or SwarmErrorCode.NotFound }
            ? ""
            : session.Id.Length > 0 ? session.Id : _sessionId;
        var delay = _backoff.NextDelay();
        AgentLog.SessionEnded(_context.Logger, exception.Message, delay);
        await Task.Delay(delay, _context.Time, cancellationToken);
    }

    private void Receive(SessionMessage message)
    {
        _registered.TrySetResult();
        _configurator.Configure(message.Node);
        _context.Options.OnSessionMessage?.Invoke(message);
    }

    private async Task UntilDescriptionChangesAsync(NodeDescription known, CancellationToken cancellationToken)
    {
        do
        {
            await _describe.WaitAsync(_context.Options.DescriptionPeriod, _context.Time, cancellationToken);
        }
        while (await DescribeAsync(cancellationToken) is not { } current || current == known);
    }

    private async Task<NodeDescription?> DescribeAsync(CancellationToken cancellationToken)
    {
        NodeDescription? description = null;
        try
        {
            await ExecutorCall.WithinAsync(
                async token => description = await _context.Executor.DescribeAsync(token),
                _context.Options.ExecutorTimeout,
                _context.Options.CancellationGrace,
                _context.Time,
                cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            AgentLog.DescribeFailed(_context.Logger, exception);
        }

        return description;
    }
}
