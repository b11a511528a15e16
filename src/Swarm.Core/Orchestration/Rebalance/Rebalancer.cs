namespace Swarm.Orchestration.Rebalance;

/// <summary>
/// Moves tasks of services that ask for it (<see cref="ServiceLabels.Rebalance"/>) to nodes with fewer of them, a few
/// at
/// a time, and never stops one before its replacement runs.
/// </summary>
internal static class Rebalancer
{
    // What a move may take where the service itself waits for ever.
    private static readonly TimeSpan DefaultDeadline = ServicePolicies.DefaultUpdateDeadline;

    /// <summary>Takes the moves of a service as far as they get now.</summary>
    /// <returns>True when it should be called again once its writes have taken effect.</returns>
    public static bool Step(Tick tick, Service service, OrchestratorState state, List<StoreWrite> writes)
    {
        var all = state.Rebalance;
        var moves = all.Moves.GetValueOrDefault(service.Id) ?? [];
        if (state.Rollouts.ContainsKey(service.Id))
        {
            // The rollout puts its slots in order, moving tasks included.
            all.Moves.Remove(service.Id);
            all.Unsettled.Add(service.Id);
            return false;
        }

        var before = moves.Count;
        var gaveUp = false;
        foreach (var move in moves.ToArray())
        {
            var outcome = MoveProgress.Of(tick, service, move);
            if (outcome == MoveOutcome.UnderWay)
            {
                continue;
            }

            moves.Remove(move);
            gaveUp |= outcome == MoveOutcome.Failed;
            MoveProgress.Finish(tick, move, outcome, writes);
        }

        var ended = moves.Count < before;
        if (!ended)
        {
            Begin(tick, service, moves, all, writes);
        }

        Remember(service.Id, moves, all);

        // A move that led nowhere would only be repeated; the next change of a node is the next occasion.
        return ended && !gaveUp;
    }

    private static void Begin(
        Tick tick,
        Service service,
        List<Move> moves,
        RebalanceState all,
        List<StoreWrite> writes)
    {
        var spread = ServiceSpread.Of(tick, service, moves);
        if (!spread.IsSettled)
        {
            all.Unsettled.Add(service.Id);
            return;
        }

        all.Unsettled.Remove(service.Id);
        for (var room = ServicePolicies.Of(service).Moves - moves.Count; room > 0; room--)
        {
            if (spread.Next() is not var (task, target))
            {
                return;
            }

            var slot = SlotKey.Of(task, service);
            var fresh = TaskTemplate.NewTask(tick, service, slot, TaskState.Running);
            var deadline = tick.Now + (ServicePolicies.Of(service).UpdateDeadline ?? DefaultDeadline);
            moves.Add(new Move(slot, task.Id, fresh.Id, target, deadline));
            writes.Add(TaskWrite.Create(service, fresh));
        }
    }

    private static void Remember(ServiceId service, List<Move> moves, RebalanceState all)
    {
        if (moves.Count == 0)
        {
            all.Moves.Remove(service);
            all.Wakes.Remove(service);
            return;
        }

        all.Moves[service] = moves;
        all.Wakes.Set(service, moves.Min(move => move.Deadline));
    }
}
