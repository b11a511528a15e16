using Microsoft.Extensions.Logging;
using Swarm.Storage;

namespace Swarm.Orchestration;

/// <summary>
/// Rejects tasks whose node changed under them, so that they are replaced elsewhere. Changes of a service's constraints
/// are the updater's business. Runs on the leader.
/// </summary>
internal sealed partial class ConstraintEnforcer(ClusterStore store, ILogger<ConstraintEnforcer> logger)
{
    public const string Message = "task rejected by constraint enforcer";
    public const string Error = "assigned node no longer meets constraints";

    private readonly ILogger _logger = logger;

    public Task RunAsync(CancellationToken cancellationToken) =>
        store.FollowAsync(FollowAsync, cancellationToken, LogStartingOver);

    private async Task FollowAsync(ChangeSubscription feed, CancellationToken cancellationToken)
    {
        HashSet<NodeId> changed = [.. feed.View.Nodes.Select(node => node.Id)];
        while (true)
        {
            var view = store.Current;
            foreach (var id in changed)
            {
                await EnforceAsync(view, id, cancellationToken);
            }

            changed.Clear();
            if (!await feed.WaitAsync(cancellationToken))
            {
                return;
            }

            while (feed.TryRead(out var transaction))
            {
                changed.UnionWith(transaction.Changes
                    .Where(change => change is { Change: ChangeKind.Updated, Current: Node })
                    .Select(change => ((Node)change.Current).Id));
            }
        }
    }

    private async Task EnforceAsync(ClusterView view, NodeId id, CancellationToken cancellationToken)
    {
        if (view.Nodes.Find(id.Value) is not { } node)
        {
            return;
        }

        var misplaced = PlacementCheck.FindMisplaced(node, view.Tasks.OnNode(id), PlacementOf);
        if (misplaced.Count > 0)
        {
            LogRejecting(misplaced.Count, id);
            await store.BatchAsync(misplaced, Reject, cancellationToken);
        }

        Placement? PlacementOf(SwarmTask task) =>
            view.Services.Find(task.ServiceId.ToString()) is { } service
                ? service.Spec.TaskTemplate.Placement
                : task.Spec.Placement;
    }

    private static void Reject(StoreTransaction transaction, TaskId id)
    {
        if (transaction.Tasks.Find(id) is { } task && PlacementCheck.IsHeld(task))
        {
            transaction.Update(task with
            {
                Status = task.Status with
                {
                    State = TaskState.Rejected,
                    Timestamp = transaction.Now,
                    Message = Message,
                    Error = Error,
                },
            });
        }
    }

    [LoggerMessage(1150, LogLevel.Information, "Rejecting {Count} tasks that no longer fit on node {NodeId}")]
    private partial void LogRejecting(int count, NodeId nodeId);

    [LoggerMessage(1151, LogLevel.Warning, "The constraint enforcer fell behind and starts over from a snapshot")]
    private partial void LogStartingOver(Exception exception);
}
