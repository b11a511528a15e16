using Microsoft.Extensions.Logging;
using Swarm.Agents;
using Swarm.Dispatch;
using Swarm.Execution;

namespace Swarm.Hosting.Nodes;

/// <summary>The agent of one node of this process: runs the node's tasks until stopped.</summary>
internal sealed partial class NodeAgent : IAsyncDisposable
{
    private readonly Agent _agent;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskScheduler _scheduler = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
    private Task _run = Task.CompletedTask;

    /// <param name="nodeId">The node.</param>
    /// <param name="connection">The way to the managers.</param>
    /// <param name="executor">Runs the tasks.</param>
    /// <param name="tasks">Keeps the tasks for the node's next process; null for nodes that live in this one only.</param>
    /// <param name="session">Told what the managers say; null for nodes that live and die with their manager.</param>
    /// <param name="setup">Clock and loggers.</param>
    public NodeAgent(
        NodeId nodeId,
        IDispatcherConnection connection,
        IExecutor executor,
        IAgentTaskStore? tasks,
        NodeSession? session,
        NodeSetup setup)
    {
        NodeId = nodeId;
        _logger = setup.Loggers.CreateLogger<NodeAgent>();
        _agent = new Agent(
            connection,
            executor,
            new AgentOptions
            {
                NodeId = nodeId,
                Tasks = tasks ?? new MemoryAgentTaskStore(),
                OnSessionMessage = session is null ? null : session.Receive,
            },
            setup.NewRandom(),
            setup.Time,
            setup.Loggers.CreateLogger<Agent>());
    }

    public NodeId NodeId { get; }

    /// <summary>Completes with the first session.</summary>
    public Task Registered => _agent.Registered;

    /// <summary>True while there is a session.</summary>
    public bool HasSession => _agent.HasSession;

    /// <summary>Has the node describe itself anew, as after a change of its certificate.</summary>
    public void DescribeSoon() => _agent.DescribeSoon();

    /// <summary>Runs something on the agent's scheduler.</summary>
    public Task RunBesideAsync(Func<Task> work) => RunOnSchedulerAsync(work);

    public void Start() => _run = RunOnSchedulerAsync(() => _agent.RunAsync(_stop.Token));

    /// <summary>Stops the agent.</summary>
    /// <param name="tasks">What becomes of its tasks.</param>
    /// <param name="impatience">Leaves behind what does not end: no executor keeps the process from ending.</param>
    public async Task StopAsync(TasksAtEnd tasks, CancellationToken impatience)
    {
        await _stop.CancelAsync();
        try
        {
            await EndAsync().WaitAsync(impatience);
            if (tasks != TasksAtEnd.RunOn)
            {
                await RunOnSchedulerAsync(() => _agent.EndTasksAsync(remove: tasks == TasksAtEnd.Remove, impatience))
                    .WaitAsync(impatience);
            }
        }
        catch (OperationCanceledException) when (impatience.IsCancellationRequested)
        {
            LogLeftBehind(NodeId);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TasksAtEnd.RunOn, new CancellationToken(canceled: true));
        _stop.Dispose();
    }

    private async Task EndAsync()
    {
        try
        {
            await _run;
        }
        catch (OperationCanceledException)
        {
            // The agent was told to stop.
        }
    }

    private Task RunOnSchedulerAsync(Func<Task> work) => Task.Factory
        .StartNew(work, CancellationToken.None, TaskCreationOptions.None, _scheduler)
        .Unwrap();

    [LoggerMessage(4010, LogLevel.Warning, "Node {NodeId} stops with tasks that did not end in time")]
    private partial void LogLeftBehind(NodeId nodeId);
}
