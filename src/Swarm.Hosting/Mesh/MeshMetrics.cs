using System.Diagnostics.Metrics;
using Swarm.Net;

namespace Swarm.Hosting.Mesh;

/// <summary>Instruments of the meter <c>Swarm.Net</c>: the counters of a data plane.</summary>
internal sealed class MeshMetrics : IDisposable
{
    private readonly Meter _meter;
    private volatile IDataplane? _dataplane;

    public MeshMetrics(IMeterFactory? meters, IDataplane dataplane)
    {
        _dataplane = dataplane;
        _meter = meters?.Create("Swarm.Net") ?? new Meter("Swarm.Net");
        _meter.CreateObservableUpDownCounter(
            "swarm.mesh.connections",
            () => Read(counters => counters.ActiveConnections),
            "{connection}",
            "Connections that are open through published ports.");
        _meter.CreateObservableCounter(
            "swarm.mesh.connections.opened",
            () => Read(counters => counters.TotalConnections),
            "{connection}",
            "Connections that were led to a task.");
        _meter.CreateObservableCounter(
            "swarm.mesh.connections.failed",
            () => Read(counters => counters.ConnectFailures),
            "{connection}",
            "Attempts to reach a task that failed.");
    }

    // A meter of a factory outlives its user; what it observed must not.
    public void Dispose()
    {
        _dataplane = null;
        _meter.Dispose();
    }

    private IEnumerable<Measurement<long>> Read(Func<BackendCounters, long> figure) =>
        (_dataplane?.ReadCounters() ?? [])
            .GroupBy(counters => (counters.Frontend.Port, counters.Frontend.Transport))
            .Select(port => new Measurement<long>(
                port.Sum(figure),
                new KeyValuePair<string, object?>("server.port", port.Key.Port),
                new KeyValuePair<string, object?>(
                    "network.transport",
                    port.Key.Transport == Transport.Udp ? "udp" : "tcp")));
}
