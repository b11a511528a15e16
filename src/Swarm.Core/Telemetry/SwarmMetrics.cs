using System.Diagnostics.Metrics;
using Swarm.Storage;

namespace Swarm.Telemetry;

/// <summary>Counts of objects, read from the newest snapshot whenever somebody looks.</summary>
internal sealed class SwarmMetrics : IDisposable
{
    private static readonly TaskState[] TaskStates = Enum.GetValues<TaskState>();
    private static readonly NodeState[] NodeStates = Enum.GetValues<NodeState>();

    private readonly Meter _meter;
    private readonly ClusterStore _store;

    public SwarmMetrics(ClusterStore store, IMeterFactory? meters = null)
    {
        _store = store;
        _meter = meters?.Create(SwarmTelemetry.Name) ?? new Meter(SwarmTelemetry.Name);
        _meter.CreateObservableUpDownCounter("swarm.nodes", NodesByState, "{node}", "Nodes by state.");
        _meter.CreateObservableUpDownCounter("swarm.tasks", TasksByState, "{task}", "Tasks by observed state.");
        _meter.CreateObservableUpDownCounter("swarm.services", () => View.Services.Count, "{service}", "Services.");
        _meter.CreateObservableUpDownCounter("swarm.networks", () => View.Networks.Count, "{network}", "Networks.");
        _meter.CreateObservableUpDownCounter("swarm.secrets", () => View.Secrets.Count, "{secret}", "Secrets.");
        _meter.CreateObservableUpDownCounter("swarm.configs", () => View.Configs.Count, "{config}", "Configs.");
    }

    private ClusterView View => _store.Current;

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<int>> TasksByState() => TaskStates
        .Where(state => state != TaskState.Remove)
        .Select(state => new Measurement<int>(View.Tasks.CountInState(state), Tag("swarm.task.state", state)));

    private IEnumerable<Measurement<int>> NodesByState()
    {
        var counts = View.Nodes.CountBy(node => node.Status.State).ToDictionary();
        return NodeStates.Select(state =>
            new Measurement<int>(counts.GetValueOrDefault(state), Tag("swarm.node.state", state)));
    }

    private static KeyValuePair<string, object?> Tag<T>(string name, T state)
        where T : struct, Enum => new(name, state.ToString().ToLowerInvariant());
}
