using Swarm.Raft.Quorum;
using Swarm.Raft.Tracking;

namespace Swarm.Raft.Consensus;

public sealed partial class RaftCore
{
    // The newest entry that may change the membership; no other change before it is in force.
    private ulong _pendingChange;
    private long _unappliedBytes;

    private bool HasCommittedInTerm => _log.Matches(_log.Commit, Term);

    /// <summary>Appends a command.</summary>
    /// <param name="data">The command; kept by reference, so it must not change afterwards.</param>
    /// <returns>Whether, and where, it was appended. Appended does not mean committed.</returns>
    public ProposeResult Propose(ReadOnlyMemory<byte> data) => Propose([data]);

    /// <summary>Appends commands, all or none, one behind the other.</summary>
    /// <param name="batch">The commands; kept by reference.</param>
    /// <returns>Whether, and where, they were appended.</returns>
    public ProposeResult Propose(ReadOnlySpan<ReadOnlyMemory<byte>> batch)
    {
        if (CheckProposable() is var status and not ProposeStatus.Accepted)
        {
            return new ProposeResult(status);
        }

        var bytes = 0L;
        foreach (var data in batch)
        {
            if (data.Length > _options.MaxEntryBytes)
            {
                return new ProposeResult(ProposeStatus.TooLarge);
            }

            bytes += data.Length + EntryLimit.Overhead;
        }

        if (_unappliedBytes > 0 && _unappliedBytes + bytes > _options.MaxUnappliedBytes)
        {
            return new ProposeResult(ProposeStatus.Busy);
        }

        _unappliedBytes += bytes;
        var first = _log.LastIndex + 1;
        foreach (var data in batch)
        {
            AppendOwn(EntryType.Normal, data);
        }

        OweAll(AppendDue.Entries);
        return new ProposeResult(ProposeStatus.Accepted, first, Term);
    }

    /// <summary>Appends a change of one member in the encoding that every etcd member understands.</summary>
    /// <param name="change">The change.</param>
    /// <returns>Whether, and where, it was appended.</returns>
    public ProposeResult ProposeChange(ConfChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return ProposeChange(EntryType.ConfChange, change.ToV2(), ConfChangeCodec.Encode(change));
    }

    /// <summary>
    /// Appends a change of any number of members. All members have to be of a version that knows these.
    /// </summary>
    /// <param name="change">The change, or <see cref="ConfChangeV2.Leave"/>.</param>
    /// <returns>Whether, and where, it was appended.</returns>
    public ProposeResult ProposeChange(ConfChangeV2 change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return ProposeChange(EntryType.ConfChangeV2, change, ConfChangeCodec.Encode(change));
    }

    private ProposeResult ProposeChange(EntryType type, ConfChangeV2 change, ReadOnlyMemory<byte> data)
    {
        if (CheckProposable() is var status and not ProposeStatus.Accepted)
        {
            return new ProposeResult(status);
        }

        if (data.Length > _options.MaxEntryBytes)
        {
            return new ProposeResult(ProposeStatus.TooLarge);
        }

        // Two leaders' changes of one voter each need not overlap: the first one's must be decided before the second
        // one's.
        if (_pendingChange > _log.HandedToApply || !HasCommittedInTerm)
        {
            return new ProposeResult(ProposeStatus.ChangePending);
        }

        var refusal = MembershipAlgebra.TryApply(Membership, change, out _);
        if (refusal != ChangeRefusal.None)
        {
            return new ProposeResult(ProposeStatus.ChangeRefused, Refusal: refusal);
        }

        AppendOwn(type, data);
        _unappliedBytes += data.Length + EntryLimit.Overhead;
        _pendingChange = _log.LastIndex;
        OweAll(AppendDue.Entries);
        return new ProposeResult(ProposeStatus.Accepted, _pendingChange, Term);
    }

    private ProposeStatus CheckProposable() =>
        !IsLeader || Self is null ? ProposeStatus.NotLeader
        : _transferTarget != 0 ? ProposeStatus.TransferInProgress
        : ProposeStatus.Accepted;

    private void AppendOwn(EntryType type, ReadOnlyMemory<byte> data) =>
        _log.Append(new Entry(Term, _log.LastIndex + 1, type, data));
}
