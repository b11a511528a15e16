using Swarm.Raft.Consensus;

namespace Swarm.Raft;

/// <summary>What a log is replicated for: the application's state, changed by entries alone.</summary>
/// <remarks>Called by one caller at a time, in the order of the log.</remarks>
public interface IStateMachine
{
    /// <summary>
    /// Applies an entry. Must not throw: an exception stops the node with <see cref="RaftFaultedException"/>, since an
    /// entry that was skipped would make members differ.
    /// </summary>
    /// <param name="entry">The entry; its memory must not be written to.</param>
    void Apply(in CommittedEntry entry);

    /// <summary>
    /// Takes note of a change of the members, in its place among the entries. Snapshots have to keep what it tells. A
    /// change that was refused is not told.
    /// </summary>
    /// <param name="change">The change, with what its proposer attached to it.</param>
    /// <param name="members">The members that it left.</param>
    void ApplyMembership(ConfChangeV2 change, ConfState members)
    {
    }

    /// <summary>
    /// Writes the state as it is at the call. What is to be written is taken before the first await: entries are
    /// applied
    /// while the rest is written.
    /// </summary>
    /// <param name="destination">Where to; left open.</param>
    /// <param name="cancellationToken">Gives up; the snapshot is then thrown away.</param>
    Task SaveSnapshotAsync(Stream destination, CancellationToken cancellationToken);

    /// <summary>
    /// Replaces the state by a saved one, at start or because this member was too far behind. Entries wait until it is
    /// done; elections do not: what takes long should await, or work beside the node's scheduler.
    /// </summary>
    /// <param name="source">What <see cref="SaveSnapshotAsync"/> wrote, here or on another member.</param>
    /// <param name="index">The last entry that the state covers.</param>
    /// <param name="cancellationToken">Gives up; the node stops.</param>
    Task RestoreSnapshotAsync(Stream source, ulong index, CancellationToken cancellationToken);
}

/// <summary>An entry that a majority holds.</summary>
/// <param name="Index">Its position in the log.</param>
/// <param name="Term">The term of the leader that appended it.</param>
/// <param name="Data">What was proposed.</param>
public readonly record struct CommittedEntry(ulong Index, ulong Term, ReadOnlyMemory<byte> Data);
