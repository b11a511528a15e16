using Swarm.Storage;

namespace Swarm.Scheduling;

/// <summary>Writes the decisions of a pass into the store, each on its own, as far as they still hold.</summary>
internal sealed class PassCommit(ClusterStore store, SchedulerState state, PassPlan plan, DateTimeOffset now)
{
    private readonly List<Decision> _decisions = [];

    /// <summary>True when a task had changed since it was decided upon, so that it must be looked at again.</summary>
    public bool FoundStale { get; private set; }

    /// <summary>Tasks that got a new error or were shut down for want of a node.</summary>
    public int Explained { get; private set; }

    public ValueTask RunAsync(CancellationToken cancellationToken)
    {
        Assign(0, plan.Confirmed, "scheduler confirmed task can run on preassigned node");
        Assign(plan.Confirmed, plan.Reservations.Count, "scheduler assigned task to node");
        foreach (var group in plan.Unplaced)
        {
            Explain(group);
        }

        Explained = _decisions.Count - plan.Reservations.Count;
        return store.BatchAsync(_decisions, Write, cancellationToken);
    }

    // Tasks assigned together share their status.
    private void Assign(int from, int to, string message)
    {
        var status = new SwarmTaskStatus { State = TaskState.Assigned, Timestamp = now, Message = message };
        _decisions.EnsureCapacity(plan.Reservations.Count);
        for (var i = from; i < to; i++)
        {
            var (task, node, generic) = plan.Reservations[i];
            _decisions.Add(new Decision(task, status, node.Node.Id, generic));
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

            _decisions.Add(new Decision(task, after!, task.NodeId, default));
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
                _decisions.Add(new Decision(task, status, task.NodeId, default));
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

    private void Write(StoreTransaction transaction, Decision decision)
    {
        var current = transaction.Tasks.Find(decision.Task.Id);
        if (current is null || current.Status.State >= TaskState.Assigned)
        {
            return;
        }

        if (current.Version != decision.Task.Version)
        {
            FoundStale = true;
            return;
        }

        transaction.Update(current with
        {
            NodeId = decision.Node,
            Status = decision.Status,
            AssignedGenericResources = decision.Generic,
        });
    }

    private readonly record struct Decision(
        SwarmTask Task,
        SwarmTaskStatus Status,
        NodeId Node,
        ValueList<GenericResource> Generic);
}
