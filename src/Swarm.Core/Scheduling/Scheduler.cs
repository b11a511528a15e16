namespace Swarm.Scheduling;

/// <summary>Plans on which nodes tasks run, as Docker's scheduler does.</summary>
/// <remarks>
/// A pure function in a class: no I/O, no clock, nothing kept between calls. Safe to share between threads as far as
/// its filters and scorers are.
/// </remarks>
public sealed class Scheduler
{
    private readonly IReadOnlyList<ISchedulingFilter> _filters;
    private readonly IReadOnlyList<ISchedulingScorer> _scorers;
    private readonly SchedulerOptions _options;

    /// <summary>Makes a scheduler.</summary>
    /// <param name="filters">The filters in order; null means <see cref="SchedulingFilters.Default"/>.</param>
    /// <param name="scorers">The scorers; null means none, which ranks exactly as Docker does.</param>
    /// <param name="options">Settings; only the failure threshold matters here. Null means the defaults.</param>
    public Scheduler(
        IEnumerable<ISchedulingFilter>? filters = null,
        IEnumerable<ISchedulingScorer>? scorers = null,
        SchedulerOptions? options = null)
    {
        _filters = filters is null ? SchedulingFilters.Default : [.. filters];
        _scorers = scorers is null ? [] : [.. scorers];
        _options = options ?? new SchedulerOptions();
    }

    /// <summary>Finds a node for every task that fits one.</summary>
    /// <param name="nodes">The nodes with what they carry; left as they are.</param>
    /// <param name="pending">
    /// The tasks. One with a node set is only checked against that node; the others are placed in groups of the same
    /// service and spec version, groups and tasks in the order given.
    /// </param>
    /// <returns>The plan; equal input gives an equal plan.</returns>
    /// <exception cref="ArgumentException">Two nodes have the same id.</exception>
    public SchedulingPlan Schedule(IEnumerable<NodeView> nodes, IEnumerable<SwarmTask> pending)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentNullException.ThrowIfNull(pending);
        return Schedule(nodes, pending, new VolumeBook());
    }

    internal SchedulingPlan Schedule(IEnumerable<NodeView> nodes, IEnumerable<SwarmTask> pending, VolumeBook volumes)
    {
        var state = new SchedulerState(_options, TimeProvider.System) { Volumes = volumes };
        foreach (var node in nodes)
        {
            state.Import(node);
        }

        foreach (var task in pending)
        {
            state.Pending.Set(task);
        }

        var pass = new PassPlan(state, new GroupPlacer(state, _filters, _scorers));
        pass.Decide();
        return new SchedulingPlan(
            [.. pass.Reservations.Select(PlacementOf)],
            [.. pass.Unplaced.SelectMany(UnplacedOf)]);
    }

    private static TaskPlacement PlacementOf(Reservation reservation) =>
        new(reservation.Task.Id, reservation.Node.Node.Id) { GenericResources = reservation.Generic };

    private static IEnumerable<UnplacedTask> UnplacedOf(UnplacedTasks group) =>
        group.Tasks.Select(task => new UnplacedTask(task.Id, group.Explanation));
}
