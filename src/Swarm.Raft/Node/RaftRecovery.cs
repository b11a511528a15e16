using Swarm.Raft.Consensus;
using Swarm.Raft.Quorum;
using Swarm.Raft.Storage;

namespace Swarm.Raft;

/// <summary>What an operator may do with the log of a member whose group has lost its majority for good.</summary>
public static class RaftRecovery
{
    private const ulong ReadBytes = 1024 * 1024;

    /// <summary>
    /// Makes a member the only one of its group. All that its log holds is kept and counts as committed: entries that
    /// the others had acknowledged may be among those that this member does not know to be. The removals are entries
    /// of the log, so that whoever joins later learns them.
    /// </summary>
    /// <remarks>
    /// To be called while no <see cref="RaftNode"/> works on the log. If a majority of the others still exists there
    /// are two groups afterwards, each of which goes its own way.
    /// </remarks>
    /// <param name="storage">The log.</param>
    /// <param name="id">The member.</param>
    /// <returns>The members that were removed.</returns>
    /// <exception cref="InvalidOperationException">The log does not know it as a voter.</exception>
    /// <exception cref="RaftStorageException">The log cannot be read, or not be written to.</exception>
    public static IReadOnlyList<ulong> KeepOnly(FileRaftStorage storage, ulong id)
    {
        ArgumentNullException.ThrowIfNull(storage);
        var members = MembershipAtEnd(storage);
        if (!members.Voters.Contains(id))
        {
            throw new InvalidOperationException(
                $"Member {id} is no voter of the group as its log has it ({members.Voters}); choose a member that is.");
        }

        var entries = new List<Entry>();
        var term = storage.HardState.Term + 1;
        if (members.IsJoint)
        {
            entries.Add(new Entry(term, storage.LastIndex + 1, EntryType.ConfChangeV2, default));
            MembershipAlgebra.TryLeaveJoint(members, out members);
        }

        var others = members.Voters.Union(members.Learners).Without(id);
        foreach (var other in others)
        {
            entries.Add(new Entry(
                term,
                storage.LastIndex + (ulong)entries.Count + 1,
                EntryType.ConfChange,
                ConfChangeCodec.Encode(new ConfChange { Type = ConfChangeType.RemoveNode, NodeId = other })));
        }

        storage.Append(
            new HardState(term, id, storage.LastIndex + (ulong)entries.Count),
            entries.ToArray());
        storage.Sync();
        return [.. others];
    }

    private static ConfState MembershipAtEnd(FileRaftStorage storage)
    {
        var members = storage.Snapshot.Metadata.ConfState;
        var entries = new List<Entry>();
        for (var next = Math.Max(storage.Snapshot.Metadata.Index + 1, storage.FirstIndex); next <= storage.LastIndex;)
        {
            entries.Clear();
            storage.ReadEntries(next, storage.LastIndex + 1, ReadBytes, entries);
            foreach (var entry in entries.Where(entry => entry.ChangesConfiguration))
            {
                MembershipAlgebra.TryApply(members, ConfChangeCodec.Decode(entry), out members);
            }

            next += (ulong)entries.Count;
        }

        return members;
    }
}
