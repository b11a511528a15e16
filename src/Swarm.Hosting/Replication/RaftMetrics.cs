using System.Diagnostics.Metrics;
using Swarm.Raft;

namespace Swarm.Hosting.Replication;

/// <summary>Instruments of the meter <c>Swarm.Raft</c>. Durations are in seconds.</summary>
internal sealed class RaftMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly TimeProvider _time;
    private readonly Histogram<double> _proposal;
    private readonly Histogram<double> _snapshot;
    private volatile Func<RaftNode?>? _node;

    public RaftMetrics(IMeterFactory? meters, TimeProvider time)
    {
        _time = time;
        _meter = meters?.Create("Swarm.Raft") ?? new Meter("Swarm.Raft");
        _proposal = _meter.CreateHistogram<double>(
            "swarm.raft.proposal.duration",
            "s",
            "From the proposal of an entry until it is committed and applied here.");
        _snapshot = _meter.CreateHistogram<double>(
            "swarm.raft.snapshot.duration",
            "s",
            "The writing of a snapshot.");
    }

    /// <summary>Adds the figures of the log, read from it whenever somebody looks.</summary>
    /// <param name="node">The member; null until its log is open.</param>
    public void Observe(Func<RaftNode?> node)
    {
        _node = node;
        Gauge("swarm.raft.term", "{term}", "The term that this member is in.", member => (long)member.State.Term);
        Gauge(
            "swarm.raft.commit.index",
            "{entry}",
            "The last entry that is committed and applied here.",
            member => (long)member.AppliedIndex);
        Gauge(
            "swarm.raft.apply.lag",
            "{entry}",
            "Entries that are in the log here and not applied yet.",
            member => Math.Max(0, (long)(member.NextIndex - 1) - (long)member.AppliedIndex));
    }

    /// <summary>A point in time to measure from.</summary>
    public long Now => _time.GetTimestamp();

    /// <param name="started">When it began, as <see cref="Now"/> said.</param>
    /// <param name="error">Name of the exception that ended it; null when it was committed.</param>
    public void ProposalEnded(long started, string? error)
    {
        var duration = _time.GetElapsedTime(started);
        if (error is null)
        {
            _proposal.Record(duration.TotalSeconds);
        }
        else
        {
            _proposal.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("error.type", error));
        }
    }

    /// <param name="started">When it began, as <see cref="Now"/> said.</param>
    public void SnapshotEnded(long started) => _snapshot.Record(_time.GetElapsedTime(started).TotalSeconds);

    // A meter of a factory outlives its user; what it observed must not.
    public void Dispose()
    {
        _node = null;
        _meter.Dispose();
    }

    private void Gauge(string name, string unit, string description, Func<RaftNode, long> read) =>
        _meter.CreateObservableGauge<long>(name, () => Read(read), unit, description);

    private IEnumerable<Measurement<long>> Read(Func<RaftNode, long> read) =>
        _node?.Invoke() is { } member ? [new Measurement<long>(read(member))] : [];
}
