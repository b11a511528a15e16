using System.Diagnostics.Metrics;
using Swarm.Storage;

namespace Swarm.Telemetry;

/// <summary>Instruments of the meter <c>Swarm.Core</c>. Durations are in seconds.</summary>
internal sealed class SwarmMetrics : IDisposable
{
    private static readonly TaskState[] TaskStates =
        [.. Enum.GetValues<TaskState>().Where(state => state != TaskState.Remove)];

    private static readonly NodeState[] NodeStates = Enum.GetValues<NodeState>();

    private readonly Meter _meter;
    private readonly Histogram<double> _transaction;
    private readonly Histogram<double> _schedulerPass;
    private readonly Histogram<double> _taskDelay;
    private readonly Counter<long> _rejections;
    private readonly Counter<long> _rollouts;
    private readonly Counter<long> _heartbeatMisses;
    private volatile Tuple<ClusterStore, Func<bool>>? _observed;

    public SwarmMetrics(IMeterFactory? meters = null)
    {
        _meter = meters?.Create(SwarmTelemetry.Name) ?? new Meter(SwarmTelemetry.Name);
        _transaction = _meter.CreateHistogram<double>(
            "swarm.store.transaction.duration",
            "s",
            "From the start of a transaction until it has taken effect.");
        _schedulerPass = _meter.CreateHistogram<double>(
            "swarm.scheduler.pass.duration",
            "s",
            "One pass of the scheduler, decisions and commit.");
        _taskDelay = _meter.CreateHistogram<double>(
            "swarm.scheduler.task.delay",
            "s",
            "From the creation of a task until it runs.");
        _rejections = _meter.CreateCounter<long>(
            "swarm.scheduler.rejections",
            "{node}",
            "Nodes that a filter held unfit for tasks that found none.");
        _rollouts = _meter.CreateCounter<long>(
            "swarm.rollouts",
            "{rollout}",
            "Rollouts that came to a state.");
        _heartbeatMisses = _meter.CreateCounter<long>(
            "swarm.agent.heartbeat.misses",
            "{node}",
            "Nodes that were given up because their heartbeats stayed away.");
    }

    /// <summary>Adds the counts of objects, read from the newest snapshot whenever somebody looks.</summary>
    /// <param name="store">The store.</param>
    /// <param name="leads">Whether this manager leads.</param>
    public void Observe(ClusterStore store, Func<bool> leads)
    {
        _observed = Tuple.Create(store, leads);
        Count("swarm.nodes", "{node}", "Nodes by state.", (view, _) => NodesByState(view));
        Count("swarm.tasks", "{task}", "Tasks by state.", (view, _) => TasksByState(view));
        Count("swarm.services", "{service}", "Services.", (view, _) => [new(view.Services.Count)]);
        Count("swarm.networks", "{network}", "Networks.", (view, _) => [new(view.Networks.Count)]);
        Count("swarm.secrets", "{secret}", "Secrets.", (view, _) => [new(view.Secrets.Count)]);
        Count("swarm.configs", "{config}", "Configs.", (view, _) => [new(view.Configs.Count)]);
        Count("swarm.leader", "1", "1 while this manager leads.", (_, isLeader) => [new(isLeader ? 1 : 0)]);
        Count(
            "swarm.agent.sessions",
            "{session}",
            "Sessions that agents have with this manager.",
            (view, isLeader) => [new(isLeader ? view.Nodes.Count(node => node.Status.State == NodeState.Ready) : 0)]);
    }

    /// <param name="operation">How it was made: <c>write</c> alone, <c>batch</c> as one of many small pieces.</param>
    /// <param name="duration">How long it took.</param>
    public void TransactionEnded(string operation, TimeSpan duration)
    {
        if (_transaction.Enabled)
        {
            _transaction.Record(
                duration.TotalSeconds,
                new KeyValuePair<string, object?>("swarm.store.operation", operation));
        }
    }

    public void TaskRuns(TimeSpan afterCreation) => _taskDelay.Record(afterCreation.TotalSeconds);

    public void NodesRejected(string filter, int nodes) =>
        _rejections.Add(nodes, new KeyValuePair<string, object?>("swarm.filter.name", filter));

    public void RolloutCameTo(RolloutState state) => _rollouts.Add(1, Tag("swarm.rollout.state", state));

    public void HeartbeatsMissed() => _heartbeatMisses.Add(1);

    public void SchedulerPassEnded(TimeSpan duration)
    {
        if (_schedulerPass.Enabled)
        {
            _schedulerPass.Record(duration.TotalSeconds);
        }
    }

    // A meter of a factory outlives its user; what it observed must not.
    public void Dispose()
    {
        _observed = null;
        _meter.Dispose();
    }

    private void Count(
        string name,
        string unit,
        string description,
        Func<ClusterView, bool, IEnumerable<Measurement<int>>> read) =>
        _meter.CreateObservableUpDownCounter<int>(name, () => Read(read), unit, description);

    private IEnumerable<Measurement<int>> Read(Func<ClusterView, bool, IEnumerable<Measurement<int>>> read) =>
        _observed is { } observed ? read(observed.Item1.Current, observed.Item2()) : [];

    private static IEnumerable<Measurement<int>> TasksByState(ClusterView view) => TaskStates
        .Select(state => new Measurement<int>(view.Tasks.CountInState(state), Tag("swarm.task.state", state)));

    private static IEnumerable<Measurement<int>> NodesByState(ClusterView view)
    {
        var counts = view.Nodes.CountBy(node => node.Status.State).ToDictionary();
        return NodeStates.Select(state =>
            new Measurement<int>(counts.GetValueOrDefault(state), Tag("swarm.node.state", state)));
    }

    private static KeyValuePair<string, object?> Tag<T>(string name, T state)
        where T : struct, Enum => new(name, state.ToString().ToLowerInvariant());
}
