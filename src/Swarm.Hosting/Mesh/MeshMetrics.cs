using System.Diagnostics.Metrics;
using Swarm.Net;

namespace Swarm.Hosting.Mesh;

/// <summary>Instruments of the meter <c>Swarm.Net</c>, read from the counters of a data plane whenever somebody looks.</summary>
internal sealed class MeshMetrics : IDisposable
{
    private readonly Meter _meter;

    public MeshMetrics(IMeterFactory? meters, IDataplane dataplane)
    {
        _meter = meters?.Create("Swarm.Net") ?? new Meter("Swarm.Net");
        _meter.CreateObservableUpDownCounter(
            "swarm.mesh.connections",
            () => Read(dataplane, counters => counters.ActiveConnections),
            "{connection}",
            "Connections that are open through published ports.");
        _meter.CreateObservableCounter(
            "swarm.mesh.connections.opened",
            () => Read(dataplane, counters => counters.TotalConnections),
            "{connection}",
            "Connections that were led to a task.");
        _meter.CreateObservableCounter(
            "swarm.mesh.connections.failed",
            () => Read(dataplane, counters => counters.ConnectFailures),
            "{connection}",
            "Attempts to reach a task that failed.");
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<long>> Read(IDataplane dataplane, Func<BackendCounters, long> figure) =>
        dataplane.ReadCounters()
            .GroupBy(counters => (counters.Frontend.Port, counters.Frontend.Transport))
            .Select(port => new Measurement<long>(
                port.Sum(figure),
                new KeyValuePair<string, object?>("server.port", port.Key.Port),
                new KeyValuePair<string, object?>("network.transport", port.Key.Transport == Transport.Udp ? "udp" : "tcp")));
}
