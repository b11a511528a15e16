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
            Confirm(task);
        }

        Confirmed = _reservations.Count;
        foreach (var group in state.Pending.Groups)
        {
            Place(group);
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
            _reservations.Add(state.Reserve(node, task, state.Loads.Of(task.ServiceId)));
        }
        else
        {
            _unplaced.Add(new UnplacedTasks([task], placer.Explain(preassigned: true)));
        }
    }

    private void Place(TaskGroup group)
    {
        var count = group.Tasks.Count;
        var tasks = ArrayPool<SwarmTask>.Shared.Rent(count);
        group.Tasks.Values.CopyTo(tasks, 0);
        _reservations.EnsureCapacity(_reservations.Count + count);
        var placed = placer.Place(tasks.AsSpan(0, count), _reservations);
        if (placed < count)
        {
            _unplaced.Add(new UnplacedTasks(tasks[placed..count], placer.Explain()));
        }
        else
        {
            _placedWhole.Add(group);
        }

        ArrayPool<SwarmTask>.Shared.Return(tasks, clearArray: true);
    }
}

/// <summary>Tasks that are alike and fit no node, and why.</summary>
internal sealed record UnplacedTasks(IReadOnlyList<SwarmTask> Tasks, SchedulingExplanation Explanation);
