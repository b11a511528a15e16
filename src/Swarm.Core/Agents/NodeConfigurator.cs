using Swarm.Dispatch;

namespace Swarm.Agents;

/// <summary>Tells the executor about its node, beside the session: a slow executor does not hold it up.</summary>
internal sealed class NodeConfigurator(AgentContext context)
{
    private readonly Pulse _changed = new();
    private Node? _node;

    /// <summary>Takes the node as the managers see it; of several at once only the last counts.</summary>
    public void Configure(Node node)
    {
        Volatile.Write(ref _node, node);
        _changed.Set();
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _changed.WaitAsync(cancellationToken);
            if (Volatile.Read(ref _node) is { } node)
            {
                await ConfigureAsync(node, cancellationToken);
            }
        }
    }

    private async Task ConfigureAsync(Node node, CancellationToken cancellationToken)
    {
        try
        {
            await ExecutorCall.WithinAsync(
                async token => await context.Executor.ConfigureAsync(node, token),
                context.Options.ExecutorTimeout,
                context.Options.CancellationGrace,
                context.Time,
                cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            AgentLog.ConfigureFailed(context.Logger, exception);
        }
    }
}
