using System.Diagnostics.Metrics;
using Swarm.Raft;

namespace Swarm.Hosting.Replication;

/// <summary>Instruments of the meter <c>Swarm.Raft</c>. Durations are in seconds.</summary>
internal sealed class RaftMetrics : IDisposable
{
    private readonly Meter _meter;
    private readonly Histogram<double> _proposal;
    private readonly Histogram<double> _snapshot;

    public RaftMetrics(IMeterFactory? meters)
    {
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
        _meter.CreateObservableGauge(
            "swarm.raft.term",
            () => (long)(node()?.State.Term ?? 0),
            "{term}",
            "The term that this member is in.");
        _meter.CreateObservableGauge(
            "swarm.raft.commit.index",
            () => (long)(node()?.AppliedIndex ?? 0),
            "{entry}",
            "The last entry that is committed and applied here.");
        _meter.CreateObservableGauge(
            "swarm.raft.apply.lag",
            () => node() is { } member ? Math.Max(0, (long)(member.NextIndex - 1) - (long)member.AppliedIndex) : 0,
            "{entry}",
            "Entries that are in the log here and not applied yet.");
    }

    /// <param name="duration">How long it took.</param>
    /// <param name="error">Name of the exception that ended it; null when it was committed.</param>
    public void ProposalEnded(TimeSpan duration, string? error)
    {
        if (error is null)
        {
            _proposal.Record(duration.TotalSeconds);
        }
        else
        {
            _proposal.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("error.type", error));
        }
    }

    public void SnapshotEnded(TimeSpan duration) => _snapshot.Record(duration.TotalSeconds);

    public void Dispose() => _meter.Dispose();
}
