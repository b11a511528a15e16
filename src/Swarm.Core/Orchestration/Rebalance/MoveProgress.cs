namespace Swarm.Orchestration.Rebalance;

/// <summary>How a move stands.</summary>
internal enum MoveOutcome
{
    /// <summary>The replacement is starting.</summary>
    UnderWay,

    /// <summary>The replacement runs.</summary>
    Done,

    /// <summary>It is not needed any more: a task of the slot has ended or gone.</summary>
    Overtaken,

    /// <summary>The replacement did not get up, or came to a node that is no better.</summary>
    Failed,
}

/// <summary>Follows single moves.</summary>
internal static class MoveProgress
{
    public static MoveOutcome Of(Tick tick, Service service, Move move)
    {
        if (tick.View.Tasks.Find(move.New) is not { } fresh
            || tick.View.Tasks.Find(move.Old) is not { Status.State: <= TaskState.Running } old
            || !TaskGoal.IsWanted(old))
        {
            return MoveOutcome.Overtaken;
        }

        if (fresh.Status.State > TaskState.Running || !TaskGoal.IsWanted(fresh)
            || IsPointless(tick, service, old, fresh))
        {
            return MoveOutcome.Failed;
        }

        if (fresh.Status.State == TaskState.Running)
        {
            return MoveOutcome.Done;
        }

        return tick.Now >= move.Deadline || (fresh.Status is { State: TaskState.Pending, Error.Length: > 0 })
            ? MoveOutcome.Failed
            : MoveOutcome.UnderWay;
    }

    /// <summary>Leaves one task in the slot: the new one if it runs, or if the old one is lost.</summary>
    public static void Finish(Tick tick, Move move, MoveOutcome outcome, List<StoreWrite> writes)
    {
        var wanted = move.Slot.TasksIn(tick.View).Where(TaskGoal.IsWanted).ToArray();
        var kept = outcome switch
        {
            MoveOutcome.Failed => move.Old,
            MoveOutcome.Done => move.New,
            _ => wanted
                .OrderByDescending(task => task.Status.State == TaskState.Running)
                .ThenByDescending(task => task.Id == move.New)
                .Select(task => task.Id)
                .FirstOrDefault(),
        };
        foreach (var task in wanted.Where(task => task.Id != kept))
        {
            writes.Add(TaskWrite.Move(task.Id, TaskState.Shutdown));
        }
    }

    // The scheduler has its own mind: it knows resources, ports and preferences.
    private static bool IsPointless(Tick tick, Service service, SwarmTask old, SwarmTask fresh)
    {
        if (fresh.NodeId.IsEmpty)
        {
            return false;
        }

        var (there, here) = (0, 0);
        foreach (var task in tick.View.Tasks.OfService(service.Id).Where(TaskGoal.IsWanted))
        {
            there += task.NodeId == fresh.NodeId ? 1 : 0;
            here += task.NodeId == old.NodeId ? 1 : 0;
        }

        // Both are counted where they are: the new one makes a difference if its node had at least two fewer.
        return fresh.NodeId == old.NodeId || there >= here;
    }
}
