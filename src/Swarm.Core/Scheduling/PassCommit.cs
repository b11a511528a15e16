using Swarm.Storage;

namespace Swarm.Scheduling;

/// <summary>Writes the decisions of a pass into the store, each on its own, as far as they still hold.</summary>
/// <remarks>
/// What is written stays reserved, and its change is recognised by the status when it comes back; what is not written
/// is taken back here.
/// </remarks>
internal sealed class PassCommit(ClusterStore store, SchedulerState state, PassPlan plan, DateTimeOffset now)
{
    private const int NoReservation = -1;

    private readonly List<Decision> _decisions = [];
    private readonly List<int> _dropped = [];

    /// <summary>True when a task had changed since it was decided upon, so that it must be looked at again.</summary>
    public bool FoundStale { get; private set; }

    /// <summary>Tasks that got a new error or were shut down for want of a node.</summary>
    public int Explained { get; private set; }

    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        var confirmed = NewStatus("scheduler confirmed task can run on preassigned node");
        var assigned = NewStatus("scheduler assigned task to node");
        Assign(0, plan.Confirmed, confirmed);
        Assign(plan.Confirmed, plan.Reservations.Count, assigned);
        foreach (var group in plan.Unplaced)
        {
            Explain(group);
        }

        Explained = _decisions.Count - plan.Reservations.Count;
        try
        {
            await store.BatchAsync(InOrderOfIds(), Write, cancellationToken);
        }
        catch
        {
            // Some may have been written; whatever was comes back as a change like any other.
            plan.Undo();
            throw;
        }

        state.ExpectOwn(confirmed, assigned);
        if (!FoundStale)
        {
            plan.ForgetPlaced();
        }

        foreach (var index in _dropped)
        {
            state.Undo(plan.Reservations[index]);
            state.Relieve(plan.Reservations[index].Node.Node.Id);
        }
    }

    // Tasks assigned together share their status.
    private SwarmTaskStatus NewStatus(string message) =>
        new() { State = TaskState.Assigned, Timestamp = now, Message = message };

    private void Assign(int from, int to, SwarmTaskStatus status)
    {
        _decisions.EnsureCapacity(plan.Reservations.Count);
        for (var i = from; i < to; i++)
        {
            _decisions.Add(new Decision(plan.Reservations[i].Task, status, i));
        }
    }

    private void Explain(UnplacedTasks group)
    {
        var sample = group.Tasks[0];
        if (sample.ServiceId.IsEmpty || !sample.NodeId.IsEmpty)
        {
            WriteErrors(group);
            return;
        }

        if (store.Current.Services.Find(sample.ServiceId.Value) is not { } service)
        {
            Forget(group);
        }
        else if (sample.SpecVersion is { } version && version.Index < service.SpecVersion.Index)
        {
            ShutDown(group);
            Forget(group);
        }
        else
        {
            WriteErrors(group);
        }
    }

    private void WriteErrors(UnplacedTasks group)
    {
        var text = group.Explanation.ToString();
        SwarmTaskStatus? before = null, after = null;
        foreach (var task in group.Tasks)
        {
            if (task.Status.Error == text)
            {
                continue;
            }

            if (!ReferenceEquals(before, task.Status))
            {
                before = task.Status;
                after = before with { Timestamp = now, Error = text };
            }

            _decisions.Add(new Decision(task, after!, NoReservation));
        }
    }

    // Nobody waits for a task of an older spec to start; one that is to stop anyway has stopped.
    private void ShutDown(UnplacedTasks group)
    {
        foreach (var task in group.Tasks)
        {
            if (task.DesiredState >= TaskState.Shutdown)
            {
                var status = task.Status with { State = TaskState.Shutdown, Timestamp = now, Error = "" };
                _decisions.Add(new Decision(task, status, NoReservation));
            }
        }
    }

    private void Forget(UnplacedTasks group)
    {
        foreach (var task in group.Tasks)
        {
            state.Pending.Remove(task);
        }
    }

    // Neighbours in the store are written together, so that a transaction touches few of its branches.
    private Decision[] InOrderOfIds()
    {
        var decisions = _decisions.ToArray();
        var ranks = new ulong[decisions.Length];
        for (var i = 0; i < ranks.Length; i++)
        {
            ranks[i] = IdRank.Of(decisions[i].Task.Id.Value);
        }

        Array.Sort(ranks, decisions);
        return decisions;
    }

    private void Write(StoreTransaction transaction, Decision decision)
    {
        var current = transaction.Tasks.Find(decision.Task.Id);
        if (current is null || current.Version != decision.Task.Version)
        {
            Drop(decision, current);
        }
        else if (decision.Reservation == NoReservation)
        {
            transaction.Replace(current, current with
            {
                Version = transaction.Stamp,
                UpdatedAt = transaction.Now,
                Status = decision.Status,
            });
        }
        else
        {
            var (_, node, generic, volumes) = plan.Reservations[decision.Reservation];
            if (!VolumePublication.TryBegin(transaction, volumes, node.Node.Id))
            {
                Drop(decision, current);
                return;
            }

            transaction.Replace(current, current with
            {
                Version = transaction.Stamp,
                UpdatedAt = transaction.Now,
                NodeId = node.Node.Id,
                Status = decision.Status,
                AssignedGenericResources = generic,
                Volumes = volumes,
            });
        }
    }

    // Gone, or somebody else's now, or just not what it was: only the last is to be decided again.
    private void Drop(Decision decision, SwarmTask? current)
    {
        FoundStale |= current is { Status.State: < TaskState.Assigned };
        if (decision.Reservation != NoReservation)
        {
            _dropped.Add(decision.Reservation);
        }
    }

    private readonly record struct Decision(SwarmTask Task, SwarmTaskStatus Status, int Reservation);
}
