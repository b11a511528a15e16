using Microsoft.Extensions.Logging;
using Swarm.Storage;
using Swarm.Timing;

namespace Swarm.Orchestration;

/// <summary>
/// Deletes tasks: removed ones once they have stopped, and those of a slot's history beyond the limit. Runs on the
/// leader.
/// </summary>
internal sealed partial class TaskReaper(ClusterStore store, TimeProvider time, ILogger<TaskReaper> logger)
{
    /// <summary>Changes are gathered for this long (SwarmKit's number) …</summary>
    public static readonly TimeSpan BatchingDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>… or until there is more than this to do (SwarmKit's number).</summary>
    public const int MaxGathered = 1_000;

    private readonly ILogger _logger = logger;
    private readonly HashSet<TaskSlot> _slots = [];
    private readonly HashSet<TaskId> _garbage = [];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(cancellationToken);
            }
            catch (SwarmException exception) when (exception.Code == SwarmErrorCode.ResyncRequired)
            {
                LogStartingOver(exception);
            }
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        using var subscription = store.Watch();
        var feed = new TimedFeed(subscription, time);
        _slots.Clear();
        _garbage.Clear();
        var seen = new HashSet<TaskSlot>();
        foreach (var task in subscription.View.Tasks)
        {
            NoteIfGarbage(task);
            if (!task.ServiceId.IsEmpty && !seen.Add(TaskSlot.Of(task)))
            {
                _slots.Add(TaskSlot.Of(task));
            }
        }

        if (_slots.Count > 0)
        {
            // The last leader may have left some that were over their limit.
            await ReapAsync(cancellationToken);
        }

        while (true)
        {
            if (_garbage.Count == 0)
            {
                await feed.WaitAsync(null, cancellationToken);
            }

            if (await GatherAsync(subscription, feed, cancellationToken))
            {
                await ReapAsync(cancellationToken);
            }
        }
    }

    // False when nothing of what has happened matters here.
    private async Task<bool> GatherAsync(
        ChangeSubscription subscription,
        TimedFeed feed,
        CancellationToken cancellationToken)
    {
        var relevant = Drain(subscription) || _garbage.Count > 0;
        if (!relevant)
        {
            return false;
        }

        var end = new Deadline(time, BatchingDelay);
        while (_slots.Count + _garbage.Count <= MaxGathered
            && end.Left is var left
            && left > TimeSpan.Zero
            && await feed.WaitAsync(left, cancellationToken))
        {
            Drain(subscription);
        }

        return true;
    }

    private bool Drain(ChangeSubscription subscription)
    {
        var relevant = false;
        while (subscription.TryRead(out var transaction))
        {
            foreach (var change in transaction.Changes)
            {
                relevant |= change is { Current: SwarmTask task } && Note(change.Change, task);
            }
        }

        return relevant;
    }

    private bool Note(ChangeKind change, SwarmTask task)
    {
        if (change == ChangeKind.Removed)
        {
            _garbage.Remove(task.Id);
            return false;
        }

        // Slots with several living tasks wait for one of them to end.
        var matters = NoteIfGarbage(task)
            || (_slots.Count > 0 && TaskHistory.HasEnded(task) && _slots.Contains(TaskSlot.Of(task)));
        if (change == ChangeKind.Created && !task.ServiceId.IsEmpty)
        {
            _slots.Add(TaskSlot.Of(task));
            matters = true;
        }

        return matters;
    }

    private bool NoteIfGarbage(SwarmTask task) => TaskHistory.IsGarbage(task) && (_garbage.Add(task.Id) || true);

    private async Task ReapAsync(CancellationToken cancellationToken)
    {
        var view = store.Current;
        List<TaskId> condemned = [.. _garbage];
        _garbage.Clear();
        foreach (var slot in _slots.ToArray())
        {
            var pruned = Prune(view, slot);
            condemned.AddRange(pruned.Tasks);
            if (!pruned.LookAgain)
            {
                _slots.Remove(slot);
            }
        }

        if (condemned.Count == 0)
        {
            return;
        }

        await store.BatchAsync(condemned, Delete, cancellationToken);
        LogReaped(condemned.Count);
    }

    private static PrunedSlot Prune(ClusterView view, TaskSlot slot) =>
        view.Services.Find(slot.ServiceId.Value) is { } service
            ? TaskHistory.Prune(
                slot.TasksIn(view),
                TaskHistory.LimitFor(service, view.Cluster),
                service.JobStatus)
            : PrunedSlot.Clean;

    private static void Delete(StoreTransaction transaction, TaskId id)
    {
        if (transaction.Tasks.Find(id) is { } task && (TaskHistory.IsGarbage(task) || TaskHistory.HasEnded(task)))
        {
            transaction.Remove(task);
        }
    }

    [LoggerMessage(1140, LogLevel.Debug, "{Count} tasks deleted")]
    private partial void LogReaped(int count);

    [LoggerMessage(1141, LogLevel.Warning, "The task reaper fell behind and starts over from a snapshot")]
    private partial void LogStartingOver(Exception exception);
}
