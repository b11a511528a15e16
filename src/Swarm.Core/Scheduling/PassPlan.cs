using System.Buffers;

namespace Swarm.Scheduling;

/// <summary>The decisions of one pass over everything that waits; made in memory, to be committed or undone.</summary>
internal sealed class PassPlan(SchedulerState state, GroupPlacer placer)
{
    private readonly List<Reservation> _reservations = [];
    private readonly List<UnplacedTasks> _unplaced = [];
    private readonly List<TaskGroup> _placedWhole = [];

    /// <summary>Tasks with their nodes; the first <see cref="Confirmed"/> were bound to them from the start.</summary>
    public IReadOnlyList<Reservation> Reservations => _reservations;

    public int Confirmed { get; private set; }

    public IReadOnlyList<UnplacedTasks> Unplaced => _unplaced;

    public void Decide()
    {
        foreach (var task in state.Pending.Preassigned)
        {
            if (IsDue(task))
            {
                Confirm(task);
            }
        }

        Confirmed = _reservations.Count;
        foreach (var group in state.Pending.Groups)
        {
            if (IsDue(group))
            {
                Place(group);
            }
            else if (group.Fresh.Count > 0)
            {
                ExplainFresh(group);
            }
        }

        state.Pending.TryAll = false;
        state.Pending.Relieved.Clear();
    }

    private bool IsDue(SwarmTask task) =>
        state.Pending.TryAll
        || !state.Pending.Refused.Contains(task.Id)
        || state.Pending.Relieved.Contains(task.NodeId);

    // Where tasks ended, and only there, it is tried whether one more fits.
    private bool IsDue(TaskGroup group) =>
        state.Pending.TryAll
        || group.Blocked is not { } explanation
        || (explanation.WaitsForRoom && state.Pending.Relieved.Any(id =>
            state.FindNode(id) is { } node && placer.Confirm(group.Tasks.Values.First(), node)));

    // No node took one like it, and none has changed since.
    private void ExplainFresh(TaskGroup group)
    {
        var tasks = group.Fresh.Distinct().Select(id => group.Tasks.GetValueOrDefault(id.Value)).OfType<SwarmTask>();
        var unplaced = new UnplacedTasks([.. tasks], group.Blocked!);
        group.Fresh.Clear();
        if (unplaced.Tasks.Count > 0)
        {
            _unplaced.Add(unplaced);
        }
    }

    /// <summary>Takes all reservations back.</summary>
    public void Undo()
    {
        foreach (var reservation in _reservations)
        {
            state.Undo(reservation);
        }
    }

    /// <summary>Forgets the groups of which every task was placed, once that is committed.</summary>
    public void ForgetPlaced()
    {
        foreach (var group in _placedWhole)
        {
            state.Pending.Remove(group);
        }
    }

    // A task whose node is not there simply waits for it.
    private void Confirm(SwarmTask task)
    {
        if (state.FindNode(task.NodeId) is not { } node)
        {
            return;
        }

        if (placer.Confirm(task, node))
        {
            state.Pending.Refused.Remove(task.Id);
            _reservations.Add(state.Reserve(node, task, state.Loads.Of(task.ServiceId)));
        }
        else
        {
            state.Pending.Refused.Add(task.Id);
            _unplaced.Add(new UnplacedTasks([task], placer.Explain(preassigned: true)));
        }
    }

    private void Place(TaskGroup group)
    {
        group.Fresh.Clear();
        var count = group.Tasks.Count;
        var tasks = ArrayPool<SwarmTask>.Shared.Rent(count);
        group.Tasks.Values.CopyTo(tasks, 0);
        _reservations.EnsureCapacity(_reservations.Count + count);
        var placed = placer.Place(tasks.AsSpan(0, count), _reservations);
        if (placed < count)
        {
            group.Blocked = placer.Explain();
            _unplaced.Add(new UnplacedTasks(tasks[placed..count], group.Blocked));
        }
        else
        {
            group.Blocked = null;
            _placedWhole.Add(group);
        }

        ArrayPool<SwarmTask>.Shared.Return(tasks, clearArray: true);
    }
}

/// <summary>Tasks that are alike and fit no node, and why.</summary>
internal sealed record UnplacedTasks(IReadOnlyList<SwarmTask> Tasks, SchedulingExplanation Explanation);
