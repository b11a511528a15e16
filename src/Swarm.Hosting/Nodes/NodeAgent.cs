using Microsoft.Extensions.Logging;
using Swarm.Agents;
using Swarm.Dispatch;
using Swarm.Execution;

namespace Swarm.Hosting.Nodes;

/// <summary>The agent of one node of this process: runs the node's tasks until stopped.</summary>
internal sealed class NodeAgent : IAsyncDisposable
{
    private readonly Agent _agent;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskScheduler _scheduler = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
    private Task _run = Task.CompletedTask;

    public NodeAgent(
        NodeId nodeId,
        IDispatcherConnection connection,
        IExecutor executor,
        Random random,
        TimeProvider time,
        ILoggerFactory loggers)
    {
        NodeId = nodeId;
        _agent = new Agent(
            connection,
            executor,
            new AgentOptions { NodeId = nodeId },
            random,
            time,
            loggers.CreateLogger<Agent>());
    }

    public NodeId NodeId { get; }

    public void Start() => _run = RunOnSchedulerAsync(() => _agent.RunAsync(_stop.Token));

    /// <summary>Stops the agent; its tasks are stopped and removed, or left alone.</summary>
    public async Task StopAsync(bool removeTasks)
    {
        await _stop.CancelAsync();
        try
        {
            await _run;
        }
        catch (OperationCanceledException)
        {
            // The agent was told to stop.
        }

        if (removeTasks)
        {
            await RunOnSchedulerAsync(() => _agent.LeaveAsync(CancellationToken.None));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(removeTasks: false);
        _stop.Dispose();
    }

    private Task RunOnSchedulerAsync(Func<Task> work) => Task.Factory
        .StartNew(work, CancellationToken.None, TaskCreationOptions.None, _scheduler)
        .Unwrap();
}
