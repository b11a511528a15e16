using System.Globalization;
using System.Text;

namespace Swarm.Telemetry;

/// <summary>Kinds of metrics in the exposition.</summary>
internal enum PrometheusKind
{
    Gauge = 0,
    Counter = 1,
    Histogram = 2,
}

/// <summary>One metric with all its series. Not thread-safe.</summary>
internal sealed class PrometheusMetric(string name, string help, PrometheusKind kind, bool isObserved, int maxSeries)
{
    // The engine's, with finer ones below: a transaction takes less than its smallest.
    private static readonly double[] Bounds =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly SortedDictionary<string, Series> _series = new(StringComparer.Ordinal);

    /// <summary>Forgets what is read anew at every look.</summary>
    public void ForgetObserved()
    {
        if (isObserved)
        {
            _series.Clear();
        }
    }

    public void Record(string labels, double value)
    {
        if (!_series.TryGetValue(labels, out var series))
        {
            if (_series.Count == maxSeries)
            {
                return;
            }

            _series.Add(labels, series = new Series(kind == PrometheusKind.Histogram ? new long[Bounds.Length] : []));
        }

        // Instruments without an observer tell differences, the others tell sums; of several that tell the same figure,
        // as those of two nodes in one process, the sum counts.
        series.Sum += value;
        series.Count++;
        var bucket = Array.BinarySearch(Bounds, value);
        bucket = bucket < 0 ? ~bucket : bucket;
        if (bucket < series.Buckets.Length)
        {
            series.Buckets[bucket]++;
        }
    }

    public void WriteTo(StringBuilder text)
    {
        if (_series.Count == 0)
        {
            return;
        }

        var escaped = help
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal);
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {escaped}\n");
        text.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {kind.ToString().ToLowerInvariant()}\n");
        foreach (var (labels, series) in _series)
        {
            if (kind == PrometheusKind.Histogram)
            {
                WriteHistogram(text, labels, series);
            }
            else
            {
                WriteLine(text, "", labels, series.Sum);
            }
        }
    }

    private void WriteHistogram(StringBuilder text, string labels, Series series)
    {
        var separator = labels.Length > 0 ? "," : "";
        long below = 0;
        for (var i = 0; i < Bounds.Length; i++)
        {
            below += series.Buckets[i];
            WriteLine(text, "_bucket", $"{labels}{separator}le=\"{Number(Bounds[i])}\"", below);
        }

        WriteLine(text, "_bucket", $"{labels}{separator}le=\"+Inf\"", series.Count);
        WriteLine(text, "_sum", labels, series.Sum);
        WriteLine(text, "_count", labels, series.Count);
    }

    private void WriteLine(StringBuilder text, string suffix, string labels, double value) => text
        .Append(name)
        .Append(suffix)
        .Append(labels.Length > 0 ? "{" + labels + "}" : "")
        .Append(' ')
        .Append(Number(value))
        .Append('\n');

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private sealed class Series(long[] buckets)
    {
        public long[] Buckets { get; } = buckets;

        public double Sum { get; set; }

        public long Count { get; set; }
    }
}
