using Swarm.Hosting.Wire.Mapping;
using Swarm.Raft;
using Swarm.Raft.Consensus;
using Swarm.Storage;

namespace Swarm.Hosting.Replication;

/// <summary>The store as what the log of the managers is applied to; snapshots are SwarmKit's V0.</summary>
/// <param name="store">The store.</param>
/// <param name="members">The managers; they follow the log.</param>
/// <param name="time">The clock.</param>
/// <param name="metrics">Told how long snapshots take, if anybody wants to know.</param>
/// <param name="background">Where snapshots are written and read; null for threads of their own.</param>
internal sealed class StoreStateMachine(
    ClusterStore store,
    QuorumMembers members,
    TimeProvider time,
    RaftMetrics? metrics = null,
    TaskScheduler? background = null) : IStateMachine
{
    // Tasks of a service share what entries and snapshots repeat for each.
    private readonly SharedRecords _shared = new();

    public void Apply(in CommittedEntry entry)
    {
        var request = Wire.Protos.InternalRaftRequest.Parser.ParseFrom(entry.Data.Span);
        var actions = new StoreAction[request.Action.Count];
        for (var i = 0; i < actions.Length; i++)
        {
            actions[i] = request.Action[i].ToRecord(_shared);
        }

        store.Apply(actions, new ObjectVersion(entry.Index));
    }

    public void ApplyMembership(ConfChangeV2 change, ConfState state) => members.Apply(change);

    public Task SaveSnapshotAsync(Stream destination, CancellationToken cancellationToken)
    {
        var view = store.Current;
        var membership = members.ToSnapshot();
        var started = time.GetTimestamp();

        // Off the node's thread: entries are applied, and elections held, while the state is written.
        return Task.Factory.StartNew(
            () =>
            {
                StateSnapshot.Write(view.InOrderOfNeed(), membership, destination);
                metrics?.SnapshotEnded(time.GetElapsedTime(started));
            },
            CancellationToken.None,
            TaskCreationOptions.DenyChildAttach,
            background ?? TaskScheduler.Default);
    }

    public async Task RestoreSnapshotAsync(Stream source, ulong index, CancellationToken cancellationToken)
    {
        var membership = new Wire.Protos.ClusterSnapshot();
        await Task.Factory.StartNew(
            () => store.Restore(StateSnapshot.Read(source, membership), new ObjectVersion(index)),
            CancellationToken.None,
            TaskCreationOptions.DenyChildAttach,
            background ?? TaskScheduler.Default);
        members.Restore(membership.Members, membership.Removed);
    }
}
