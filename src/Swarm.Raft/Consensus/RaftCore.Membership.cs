using Swarm.Raft.Quorum;
using Swarm.Raft.Tracking;

namespace Swarm.Raft.Consensus;

public sealed partial class RaftCore
{
    private readonly GrowList<MembershipChange> _memberships = new();

    // The same code decides at the proposer and here, so that every member comes to the same conclusion.
    private void ApplyMembership(in Entry entry)
    {
        var refusal = MembershipAlgebra.TryApply(Membership, ConfChangeCodec.Decode(entry), out var next);
        if (refusal == ChangeRefusal.None)
        {
            SwitchMembership(entry.Index, next);
        }
        else
        {
            _memberships.Add(new MembershipChange(entry.Index, next, refusal));
        }
    }

    private void SwitchMembership(ulong index, ConfState next)
    {
        _tracker.Switch(next, _log.LastIndex, Math.Max(index, 1));
        _memberships.Add(new MembershipChange(index, next, ChangeRefusal.None));
        if (Role is RaftRole.Candidate or RaftRole.PreCandidate)
        {
            // Others have to be asked now, and this member may have no say any more.
            BecomeFollower(Term, 0);
        }

        if (!IsLeader)
        {
            return;
        }

        if (!_tracker.IsVoter(Id) && _options.StepDownOnRemoval)
        {
            // The others may learn of the commit of this change from nobody else for a while.
            OweAll(AppendDue.Always);
            FormAppends();
            BecomeFollower(Term, 0);
            return;
        }

        if (_transferTarget != 0 && !_tracker.IsVoter(_transferTarget))
        {
            _transferTarget = 0;
        }

        // New members need not wait for the next proposal, and fewer voters may agree on more.
        OweAll(AppendDue.Entries);
        TryCommit();
        ConfirmReads();
    }

    private void LeaveJointIfDue()
    {
        if (IsLeader && Membership is { IsJoint: true, AutoLeave: true } && _transferTarget == 0
            && _log.HandedToApply >= _pendingChange && HasCommittedInTerm)
        {
            AppendOwn(EntryType.ConfChangeV2, default);
            _pendingChange = _log.LastIndex;
            OweAll(AppendDue.Entries);
        }
    }

    // Brings the membership of the snapshot forward to what the application has applied.
    private void ReplayMemberships(ulong snapshotIndex, ulong applied)
    {
        for (var index = snapshotIndex + 1; index <= applied;)
        {
            var arena = new EntryArena();
            var run = _log.Copy(arena, index, applied + 1, _options.MaxApplyBytes, int.MaxValue);
            foreach (ref readonly var entry in run.Span)
            {
                if (entry.ChangesConfiguration)
                {
                    ApplyMembership(entry);
                }
            }

            index += (ulong)run.Length;
        }
    }
}
