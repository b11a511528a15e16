using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Swarm.Telemetry;

/// <summary>
/// Collects what the meters named <c>Swarm.*</c> measure, and writes it in Prometheus' text format 0.0.4. Thread-safe.
/// </summary>
internal sealed class PrometheusExporter : IDisposable
{
    /// <summary>The media type of the text.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Combinations of tags kept per instrument; further ones are not counted.</summary>
    private const int MaxSeries = 1000;

    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, PrometheusMetric> _metrics = new(StringComparer.Ordinal);

    /// <summary>Begins to listen.</summary>
    /// <param name="scope">Only meters of this factory, where hosts share a process; null means all.</param>
    public PrometheusExporter(IMeterFactory? scope)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("Swarm.", StringComparison.Ordinal)
                && (scope is null || instrument.Meter.Scope == scope))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.MeasurementsCompleted = (instrument, _) => Forget(instrument);
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>All metrics as they are now.</summary>
    public string Collect()
    {
        lock (_gate)
        {
            foreach (var metric in _metrics.Values)
            {
                metric.ForgetObserved();
            }
        }

        _listener.RecordObservableInstruments();
        var text = new StringBuilder();
        lock (_gate)
        {
            foreach (var metric in _metrics.Values)
            {
                metric.WriteTo(text);
            }
        }

        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var kept = tags.ToArray();
        var kind = KindOf(instrument);
        var name = PrometheusNames.Split(instrument.Name, ref kept)
            ?? PrometheusNames.Metric(instrument.Name, instrument.Unit, kind == PrometheusKind.Counter);
        var labels = Labels(kept);
        lock (_gate)
        {
            if (!_metrics.TryGetValue(name, out var metric))
            {
                _metrics.Add(name, metric = new PrometheusMetric(
                    name,
                    instrument.Description ?? "",
                    kind,
                    instrument.IsObservable,
                    MaxSeries));
            }

            metric.Record(labels, value);
        }
    }

    // A meter that ended, as that of a swarm which was left, measures nothing any more.
    private void Forget(Instrument instrument)
    {
        lock (_gate)
        {
            if (instrument.IsObservable)
            {
                _metrics.Remove(PrometheusNames.Metric(
                    instrument.Name,
                    instrument.Unit,
                    KindOf(instrument) == PrometheusKind.Counter));
            }
        }
    }

    private static PrometheusKind KindOf(Instrument instrument)
    {
        var type = instrument.GetType().Name;
        return type.StartsWith("Histogram", StringComparison.Ordinal) ? PrometheusKind.Histogram
            : type.StartsWith("Counter", StringComparison.Ordinal)
                || type.StartsWith("ObservableCounter", StringComparison.Ordinal) ? PrometheusKind.Counter
            : PrometheusKind.Gauge;
    }

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in tags)
        {
            text.Append(text.Length > 0 ? "," : "")
                .Append(PrometheusNames.Label(key))
                .Append("=\"")
                .Append((Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")
                    .Replace("\\", "\\\\", StringComparison.Ordinal)
                    .Replace("\"", "\\\"", StringComparison.Ordinal)
                    .Replace("\n", "\\n", StringComparison.Ordinal))
                .Append('"');
        }

        return text.ToString();
    }
}
