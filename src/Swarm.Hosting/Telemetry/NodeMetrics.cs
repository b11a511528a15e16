using System.Diagnostics.Metrics;
using Swarm.Execution;
using Swarm.Hosting.DockerApi;
using Swarm.Hosting.Nodes;

namespace Swarm.Hosting.Telemetry;

/// <summary>
/// Instruments of the meter <c>Swarm.Hosting</c>: what a node is, in a swarm or not, as Docker's engine tells it.
/// </summary>
internal sealed class NodeMetrics : IDisposable
{
    private static readonly ContainerState[] States = Enum.GetValues<ContainerState>();

    private readonly Meter _meter;

    public NodeMetrics(IMeterFactory? meters, SwarmNode node, DockerApiOptions api)
    {
        _meter = meters?.Create("Swarm.Hosting") ?? new Meter("Swarm.Hosting");
        _meter.CreateObservableGauge(
            "swarm.node.manager",
            () => node.IsManager ? 1 : 0,
            "1",
            "1 on a manager.");
        _meter.CreateObservableGauge("swarm.node.info", () => Membership(node), "1", "The swarm and the node.");
        _meter.CreateObservableGauge("engine.info", () => Engine(node, api), "1", "What the engine is.");
        _meter.CreateObservableGauge(
            "engine.cpus",
            () => node.Description.Resources.NanoCpus / 1_000_000_000,
            "{cpu}",
            "Processors of the node.");
        _meter.CreateObservableGauge(
            "engine.memory",
            () => node.Description.Resources.MemoryBytes,
            "By",
            "Memory of the node.");
        _meter.CreateObservableGauge(
            "engine.containers",
            () => Containers(node),
            "{container}",
            "Containers and processes of tasks on the node.");
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<int>> Membership(SwarmNode node) => node.NodeId.IsEmpty
        ? []
        :
        [
            new Measurement<int>(
                1,
                Tag("swarm.id", node.Manager?.Store.Current.Cluster?.Id.ToString() ?? ""),
                Tag("swarm.node.id", node.NodeId.Value)),
        ];

    private static IEnumerable<Measurement<int>> Engine(SwarmNode node, DockerApiOptions api)
    {
        var machine = MachineFacts.OfThisMachine;
        yield return new Measurement<int>(
            1,
            Tag("architecture", node.Description.Platform.Architecture),
            Tag("daemon.id", MachineFacts.EngineIdOf(node.Description.Hostname, api.StateDirectory)),
            Tag("kernel", machine.KernelVersion),
            Tag("os", machine.OperatingSystem),
            Tag("os.type", node.Description.Platform.OperatingSystem),
            Tag("os.version", machine.OsVersion),
            Tag("version", api.ServerVersion));
    }

    // The engine's words; there is no paused task here.
    private static IEnumerable<Measurement<int>> Containers(SwarmNode node)
    {
        var counts = (node.Containers?.ListContainers() ?? []).CountBy(container => container.State).ToDictionary();
        int Count(ContainerState state) => counts.GetValueOrDefault(state);
        yield return new Measurement<int>(0, Tag("state", "paused"));
        yield return new Measurement<int>(Count(ContainerState.Running), Tag("state", "running"));
        yield return new Measurement<int>(
            States.Where(state => state != ContainerState.Running).Sum(Count),
            Tag("state", "stopped"));
    }

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
