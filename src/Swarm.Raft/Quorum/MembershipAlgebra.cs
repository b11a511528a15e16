using Swarm.Raft.Consensus;

namespace Swarm.Raft.Quorum;

/// <summary>What a change makes of a membership: the same on every member, whatever else it knows.</summary>
internal static class MembershipAlgebra
{
    /// <summary>Carries out a change.</summary>
    /// <param name="current">The membership before.</param>
    /// <param name="change">The change.</param>
    /// <param name="next">The membership after; <paramref name="current"/> when the change is refused.</param>
    public static ChangeRefusal TryApply(ConfState current, ConfChangeV2 change, out ConfState next)
    {
        next = current;
        if (change.Transition is < ConfChangeTransition.Auto or > ConfChangeTransition.JointExplicit)
        {
            return ChangeRefusal.UnknownOperation;
        }

        if (change.LeavesJoint)
        {
            return TryLeaveJoint(current, out next);
        }

        return change.EntersJoint
            ? TryEnterJoint(current, change.Transition != ConfChangeTransition.JointExplicit, change.Changes, out next)
            : TrySimple(current, change.Changes, out next);
    }

    /// <summary>Enters a joint configuration: the old voters keep their say beside the new ones.</summary>
    /// <param name="current">The membership before.</param>
    /// <param name="autoLeave">Whether the leader leaves it by itself.</param>
    /// <param name="changes">What becomes of the incoming half.</param>
    /// <param name="next">The membership after.</param>
    public static ChangeRefusal TryEnterJoint(
        ConfState current, bool autoLeave, IReadOnlyList<ConfChangeSingle> changes, out ConfState next)
    {
        next = current;
        if (current.IsJoint)
        {
            return ChangeRefusal.AlreadyJoint;
        }

        if (current.Voters.Count == 0)
        {
            return ChangeRefusal.NoVoters;
        }

        var joint = current with { VotersOutgoing = current.Voters, AutoLeave = autoLeave };
        return TryOperate(joint, changes, ref next);
    }

    /// <summary>Leaves a joint configuration: the incoming half decides alone.</summary>
    /// <param name="current">The membership before.</param>
    /// <param name="next">The membership after.</param>
    public static ChangeRefusal TryLeaveJoint(ConfState current, out ConfState next)
    {
        next = current;
        if (!current.IsJoint)
        {
            return ChangeRefusal.NotJoint;
        }

        next = new ConfState { Voters = current.Voters, Learners = current.Learners.Union(current.LearnersNext) };
        return ChangeRefusal.None;
    }

    /// <summary>Changes one voter at most.</summary>
    /// <param name="current">The membership before.</param>
    /// <param name="changes">What changes.</param>
    /// <param name="next">The membership after.</param>
    public static ChangeRefusal TrySimple(
        ConfState current, IReadOnlyList<ConfChangeSingle> changes, out ConfState next)
    {
        next = current;
        if (current.IsJoint)
        {
            return ChangeRefusal.AlreadyJoint;
        }

        var changed = current;
        var refusal = TryOperate(current, changes, ref changed);
        if (refusal == ChangeRefusal.None && Differing(current.Voters, changed.Voters) > 1)
        {
            refusal = ChangeRefusal.NeedsJoint;
        }

        next = refusal == ChangeRefusal.None ? changed : current;
        return refusal;
    }

    /// <summary>Whether a membership that came from outside contradicts itself.</summary>
    /// <param name="state">The membership.</param>
    public static bool IsConsistent(ConfState state)
    {
        var votes = state.Voters.Union(state.VotersOutgoing);
        return state.Voters.Count > 0
            && !votes.Contains(0)
            && !state.Learners.Contains(0)
            && !state.Learners.Any(votes.Contains)
            && state.LearnersNext.All(state.VotersOutgoing.Contains)
            && !state.LearnersNext.Any(state.Voters.Contains)
            && (state.IsJoint || !state.AutoLeave);
    }

    private static ChangeRefusal TryOperate(
        ConfState start, IReadOnlyList<ConfChangeSingle> changes, ref ConfState next)
    {
        var state = start;
        for (var i = 0; i < changes.Count; i++)
        {
            var (type, id) = changes[i];

            // Id 0 marks an operation that its proposer's application vetoed.
            if (id == 0)
            {
                continue;
            }

            switch (type)
            {
                case ConfChangeType.AddNode:
                    state = Without(state, id) with { Voters = state.Voters.With(id) };
                    break;
                case ConfChangeType.AddLearnerNode:
                    state = MakeLearner(state, id);
                    break;
                case ConfChangeType.RemoveNode:
                    state = Without(state, id);
                    break;
                case ConfChangeType.UpdateNode:
                    break;
                default:
                    return ChangeRefusal.UnknownOperation;
            }
        }

        if (state.Voters.Count == 0)
        {
            return ChangeRefusal.RemovesAllVoters;
        }

        next = state;
        return ChangeRefusal.None;
    }

    // One that still votes in the outgoing half may not be both: it waits until that half is gone.
    private static ConfState MakeLearner(ConfState state, ulong id)
    {
        if (state.Learners.Contains(id))
        {
            return state;
        }

        var without = Without(state, id);
        return state.VotersOutgoing.Contains(id)
            ? without with { LearnersNext = without.LearnersNext.With(id) }
            : without with { Learners = without.Learners.With(id) };
    }

    private static ConfState Without(ConfState state, ulong id) => state with
    {
        Voters = state.Voters.Without(id),
        Learners = state.Learners.Without(id),
        LearnersNext = state.LearnersNext.Without(id),
    };

    private static int Differing(MemberSet before, MemberSet after) =>
        before.Count(id => !after.Contains(id)) + after.Count(id => !before.Contains(id));
}
