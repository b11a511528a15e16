using Microsoft.Extensions.Logging;
using Swarm.Storage;

namespace Swarm.Allocation;

/// <summary>
/// Gives networks their subnets, services their ports and virtual addresses, nodes and tasks their addresses, and lets
/// tasks go on to the scheduler. Runs on the leader; begins by taking up what the store shows, so that a new leader
/// never gives anything twice.
/// </summary>
internal sealed partial class Allocator(ClusterStore store, ILogger<Allocator> logger)
{
    private readonly ILogger _logger = logger;
    private readonly HashSet<string> _told = [];
    private Dictionary<NetworkId, int> _fill = [];
    private AllocationPass _pass = new(ClusterView.Empty);

    /// <summary>Who holds what; for tests.</summary>
    internal AllocationState State => _pass.State;

    public Task RunAsync(CancellationToken cancellationToken) =>
        store.FollowAsync(FollowAsync, cancellationToken, LogStartingOver);

    private async Task FollowAsync(ChangeSubscription feed, CancellationToken cancellationToken)
    {
        _pass = new AllocationPass(feed.View);
        await DoAsync(cancellationToken);
        while (await feed.WaitAsync(cancellationToken))
        {
            while (feed.TryRead(out var transaction))
            {
                _pass.Work.Add(transaction);
            }

            await DoAsync(cancellationToken);
        }
    }

    // Each step stands on what the one before it has written.
    private async Task DoAsync(CancellationToken cancellationToken)
    {
        do
        {
            await WriteAsync(_pass.PlanNetworks(store.Current), AllocationWrites.Write, cancellationToken);
            await WriteAsync(_pass.PlanServices(store.Current), WriteService, cancellationToken);
            var waiting = _pass.SettleTasks(store.Current);
            await WriteAsync(_pass.PlanNodes(store.Current), AllocationWrites.Write, cancellationToken);
            await WriteAsync(_pass.PlanTasks(store.Current, waiting), WriteTask, cancellationToken);
        }
        while (_pass.TryAgain());
        TellWhoWaits();
        TellWhatFillsUp();
    }

    private async Task WriteAsync<T>(
        IReadOnlyList<T> planned,
        Action<StoreTransaction, T> write,
        CancellationToken cancellationToken)
    {
        if (planned.Count > 0)
        {
            await store.BatchAsync(planned, write, cancellationToken);
        }
    }

    private void WriteService(StoreTransaction transaction, ServiceGrant grant) =>
        AllocationWrites.Write(transaction, grant, State.Ingress);

    private void WriteTask(StoreTransaction transaction, TaskGrant grant) =>
        AllocationWrites.Write(transaction, grant, State.Ingress);

    private void TellWhoWaits()
    {
        var waiting = _pass.Waiting;
        _told.RemoveWhere(text => !waiting.Contains(text));
        foreach (var text in waiting)
        {
            if (_told.Add(text))
            {
                LogWaits(text);
            }
        }
    }

    private void TellWhatFillsUp()
    {
        var before = _fill;
        _fill = [];
        foreach (var (id, network) in State.Addresses.Networks)
        {
            var level = network.Fill;
            if (level > before.GetValueOrDefault(id))
            {
                LogFillsUp(network.Usage, level);
            }

            if (level > 0)
            {
                _fill[id] = level;
            }
        }
    }

    [LoggerMessage(1302, LogLevel.Warning, "{Usage}, which is {Level} % or more; a larger network takes the place of a full one")]
    private partial void LogFillsUp(string usage, int level);

    [LoggerMessage(1300, LogLevel.Warning, "Allocation waits: {Problem}")]
    private partial void LogWaits(string problem);

    [LoggerMessage(1301, LogLevel.Warning, "The allocator fell behind and starts over from a snapshot")]
    private partial void LogStartingOver(Exception exception);
}
