using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Swarm.Telemetry;

namespace Swarm.Core.Tests.Telemetry;

public sealed partial class PrometheusExporterTests
{
    [Fact]
    public void Figures_of_the_engine_keep_its_names_and_labels()
    {
        using var meters = new Meters();
        using var exporter = new PrometheusExporter(meters);
        var meter = meters.Create("Swarm.Core");
        meter.CreateObservableUpDownCounter(
            "swarm.nodes",
            () => new[] { new Measurement<int>(3, new KeyValuePair<string, object?>("swarm.node.state", "ready")) });
        var transactions = meter.CreateHistogram<double>("swarm.store.transaction.duration", "s");
        transactions.Record(0.003, new KeyValuePair<string, object?>("swarm.store.operation", "write"));
        transactions.Record(0.2, new KeyValuePair<string, object?>("swarm.store.operation", "batch"));

        var lines = Lines(exporter);

        Assert.Contains("# TYPE swarm_manager_nodes gauge", lines);
        Assert.Contains("swarm_manager_nodes{state=\"ready\"} 3", lines);
        Assert.Contains("# TYPE swarm_store_write_tx_latency_seconds histogram", lines);
        Assert.Contains("swarm_store_write_tx_latency_seconds_bucket{le=\"0.0025\"} 0", lines);
        Assert.Contains("swarm_store_write_tx_latency_seconds_bucket{le=\"0.005\"} 1", lines);
        Assert.Contains("swarm_store_write_tx_latency_seconds_bucket{le=\"+Inf\"} 1", lines);
        Assert.Contains("swarm_store_write_tx_latency_seconds_sum 0.003", lines);
        Assert.Contains("swarm_store_batch_latency_seconds_count 1", lines);
    }

    [Fact]
    public void Other_figures_are_named_after_their_instrument()
    {
        using var meters = new Meters();
        using var exporter = new PrometheusExporter(meters);
        var meter = meters.Create("Swarm.Core");
        var rejections = meter.CreateCounter<long>("swarm.scheduler.rejections");
        rejections.Add(2, new KeyValuePair<string, object?>("swarm.filter.name", "a \"quoted\"\nname"));
        rejections.Add(3, new KeyValuePair<string, object?>("swarm.filter.name", "a \"quoted\"\nname"));
        meter.CreateHistogram<double>("swarm.scheduler.pass.duration", "s").Record(1);

        var lines = Lines(exporter);

        Assert.Contains("# TYPE swarm_scheduler_rejections_total counter", lines);
        Assert.Contains("swarm_scheduler_rejections_total{filter=\"a \\\"quoted\\\"\\nname\"} 5", lines);
        Assert.Contains("swarm_scheduler_pass_duration_seconds_count 1", lines);
    }

    [Fact]
    public void What_is_observed_is_told_anew_at_every_look_and_not_after_its_end()
    {
        using var meters = new Meters();
        using var exporter = new PrometheusExporter(meters);
        var value = 1;
        var meter = meters.Create("Swarm.Raft");
        meter.CreateObservableGauge("swarm.raft.term", () => value);

        Assert.Contains("swarm_raft_term 1", Lines(exporter));
        value = 2;
        Assert.Contains("swarm_raft_term 2", Lines(exporter));
        meter.Dispose();
        Assert.DoesNotContain(Lines(exporter), line => line.StartsWith("swarm_raft_term", StringComparison.Ordinal));
    }

    [Fact]
    public void Meters_of_another_host_and_of_others_are_left_out()
    {
        using var own = new Meters();
        using var other = new Meters();
        using var exporter = new PrometheusExporter(own);
        other.Create("Swarm.Core").CreateCounter<long>("swarm.rollouts").Add(1);
        own.Create("Somebody.Else").CreateCounter<long>("else").Add(1);

        Assert.Empty(exporter.Collect());
    }

    [Fact]
    public void Combinations_of_tags_are_limited()
    {
        using var meters = new Meters();
        using var exporter = new PrometheusExporter(meters);
        var counter = meters.Create("Swarm.Core").CreateCounter<long>("swarm.rollouts");
        for (var i = 0; i < 5000; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("swarm.rollout.state", i));
        }

        Assert.Equal(1000, Lines(exporter).Count(line => line.StartsWith("swarm_rollouts_total{", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_line_is_one_of_the_format()
    {
        using var meters = new Meters();
        using var exporter = new PrometheusExporter(meters);
        using var metrics = new SwarmMetrics(meters);
        metrics.TransactionEnded("write", TimeSpan.FromMilliseconds(3));
        metrics.SchedulerPassEnded(TimeSpan.FromSeconds(1));
        metrics.TaskRuns(TimeSpan.FromSeconds(20));
        metrics.NodesRejected("constraint", 4);
        metrics.RolloutCameTo(RolloutState.Completed);
        metrics.HeartbeatsMissed();

        var lines = Lines(exporter);

        Assert.Equal(6, lines.Count(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)));
        Assert.All(lines, line => Assert.Matches(Format(), line));
    }

    private static string[] Lines(PrometheusExporter exporter) =>
        exporter.Collect().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex("""^(# HELP \w+ .*|# TYPE \w+ (gauge|counter|histogram)|\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [-+0-9.eE]+)$""")]
    private static partial Regex Format();

    private sealed class Meters : IMeterFactory
    {
        private readonly List<Meter> _meters = [];

        public Meter Create(MeterOptions options)
        {
            options.Scope = this;
            var meter = new Meter(options);
            _meters.Add(meter);
            return meter;
        }

        public Meter Create(string name) => Create(new MeterOptions(name));

        public void Dispose() => _meters.ForEach(meter => meter.Dispose());
    }
}
