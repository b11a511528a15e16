namespace Swarm.Simulation.Tests;

/// <summary>What happened in many histories.</summary>
internal sealed class Totals
{
    private readonly Lock _gate = new();
    private long _histories;
    private long _events;
    private long _elections;
    private long _appends;
    private long _reads;
    private long _decided;
    private long _crashes;
    private long _changes;
    private long _snapshots;

    /// <summary>Whether histories have, on average, more than one leader, crashes, changes, snapshots and answered clients.</summary>
    public bool MeansSomething =>
        _elections > 3 * _histories && _appends > 5 * _histories && _reads > 3 * _histories && _crashes > _histories / 2
        && _changes > _histories / 2 && _snapshots > _histories / 10;

    public void Add(SimWorld world)
    {
        lock (_gate)
        {
            _histories++;
            _events += world.Events;
            _elections += world.Elections;
            _appends += world.Answered - world.AnsweredReads;
            _reads += world.AnsweredReads;
            _decided += (long)world.Decided;
            _crashes += world.Crashes;
            _changes += world.MembershipChanges;
            _snapshots += world.SnapshotsInstalled;
        }
    }

    public override string ToString() =>
        $"{_histories} histories, {_events} events, {_elections} elections, {_decided} entries, {_appends} appends and {_reads} reads "
        + $"answered, {_crashes} crashes, {_changes} memberships applied, {_snapshots} snapshots installed";
}
