using Swarm.Storage;

namespace Swarm.Telemetry;

/// <summary>Measures what can be seen from the changes of the store, so that nobody else has to think of it.</summary>
internal sealed class StoreMeter(ClusterStore store, SwarmMetrics metrics)
{
    /// <summary>Runs until cancelled, and then ends with <see cref="OperationCanceledException"/>.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => store.FollowAsync(MeasureAsync, cancellationToken);

    // What is missed when too much comes at once is not measured.
    private async Task MeasureAsync(ChangeSubscription feed, CancellationToken cancellationToken)
    {
        while (await feed.WaitAsync(cancellationToken))
        {
            while (feed.TryRead(out var transaction))
            {
                foreach (var change in transaction.Changes)
                {
                    Measure(change);
                }
            }
        }
    }

    private void Measure(ObjectChange change)
    {
        switch (change)
        {
            case
            {
                Current: SwarmTask { Status.State: TaskState.Running } task,
                Previous: SwarmTask { Status.State: < TaskState.Running },
            }:
                // Clocks of nodes differ: a task that runs before it was made counts as one that waited for nothing.
                var delay = (task.Status.AppliedAt ?? task.Status.Timestamp) - task.CreatedAt;
                metrics.TaskRuns(delay > TimeSpan.Zero ? delay : TimeSpan.Zero);
                break;
            case { Change: ChangeKind.Updated, Current: Service { RolloutStatus.State: var state } service }
                when state != (change.Previous as Service)?.RolloutStatus?.State
                    || service.RolloutStatus.StartedAt != (change.Previous as Service)?.RolloutStatus?.StartedAt:
                metrics.RolloutCameTo(state);
                break;
            case
            {
                Current: Node { Status.State: NodeState.Down },
                Previous: Node { Status.State: NodeState.Ready or NodeState.Unknown },
            }:
                metrics.HeartbeatsMissed();
                break;
            default:
                break;
        }
    }
}
