namespace Swarm.Scheduling;

/// <summary>
/// Places the tasks of a group one after another, each on the best node left: the branch with the fewest tasks of the
/// service at every level of the spread preferences, then the best ranked node in it.
/// </summary>
/// <remarks>
/// Docker's scheduler splits a group over branches and sweeps over nodes in bulk; where loads are level to begin with
/// both give the same counts, and where they are not this one keeps them as even as they can be.
/// </remarks>
internal sealed class GroupPlacer
{
    private readonly SchedulerState _state;
    private readonly SpreadTrees _trees;
    private readonly NodeRanking _ranking;
    private readonly FilterPipeline _pipeline;

    public GroupPlacer(
        SchedulerState state,
        IReadOnlyList<ISchedulingFilter> filters,
        IReadOnlyList<ISchedulingScorer> scorers)
    {
        _state = state;
        _pipeline = new FilterPipeline(filters);
        _ranking = new NodeRanking(state, scorers);
        _trees = new SpreadTrees(state.Order, _ranking, _pipeline);
    }

    /// <summary>Places as many tasks as fit, in order.</summary>
    /// <param name="tasks">The tasks, all alike.</param>
    /// <param name="reservations">Gets one reservation per task placed.</param>
    /// <returns>How many were placed; <see cref="Explain"/> tells why the others were not.</returns>
    public int Place(ReadOnlySpan<SwarmTask> tasks, List<Reservation> reservations)
    {
        if (!VolumeBook.IsWantedBy(tasks[0]))
        {
            return PlaceAll(tasks, reservations);
        }

        // A volume given out on one node may be lost to all others, so each task looks at the nodes anew.
        var placed = 0;
        while (placed < tasks.Length && PlaceAll(tasks.Slice(placed, 1), reservations) == 1)
        {
            placed++;
        }

        return placed;
    }

    private int PlaceAll(ReadOnlySpan<SwarmTask> tasks, List<Reservation> reservations)
    {
        var sample = tasks[0];
        _pipeline.Bind(sample);
        _state.Order.Refresh();
        _ranking.Begin(sample);
        var tree = _trees.Of(sample.Spec.Placement?.Preferences ?? default);
        tree.Begin(_ranking.Load);
        var placed = 0;
        while (placed < tasks.Length && tree.Best() is { } node)
        {
            var task = tasks[placed++];
            var load = TaskUse.IsActive(task) ? 1 : 0;
            reservations.Add(_state.Reserve(node, task, _ranking.Load));
            _ranking.Placed(node, load);
            tree.Placed(node, load, _pipeline.StillAdmits(node));
        }

        _state.Order.Refresh();
        _state.Loads.Trim(sample.ServiceId);
        return placed;
    }

    /// <summary>Checks a task on the node to which it is bound.</summary>
    public bool Confirm(SwarmTask task, NodeView node)
    {
        _pipeline.Bind(task);
        return _pipeline.Admits(node);
    }

    public SchedulingExplanation Explain(bool preassigned = false) => _pipeline.Explain(preassigned);
}
