using Swarm.Raft.Consensus;
using Swarm.Raft.Quorum;

namespace Swarm.Simulation.Tests;

/// <summary>Majorities, counted anew here and not as the core does.</summary>
internal static class QuorumLaws
{
    /// <summary>Whether these members decide: more than half of each half.</summary>
    public static bool IsQuorum(ConfState state, int members) =>
        IsMajority(state.Voters, members)
        && (state.VotersOutgoing.Count == 0 || IsMajority(state.VotersOutgoing, members));

    /// <summary>Whether every two sets of which one decides before and the other after have a member in common.</summary>
    public static bool Overlap(ConfState before, ConfState after)
    {
        const int All = (1 << (SimWorld.MaxMembers + 1)) - 1;
        var voters = Bits(before.Voters) | Bits(before.VotersOutgoing);

        // It is enough to look at sets of voters from before; whoever is not in one may be in the other.
        for (var set = voters; set > 0; set = (set - 1) & voters)
        {
            if (IsQuorum(before, set) && IsQuorum(after, All & ~set))
            {
                return false;
            }
        }

        return true;
    }

    public static int Bit(ulong id) => 1 << (int)id;

    private static bool IsMajority(MemberSet half, int members)
    {
        var count = 0;
        foreach (var id in half.AsSpan())
        {
            count += (members & Bit(id)) != 0 ? 1 : 0;
        }

        return count > half.Count / 2;
    }

    private static int Bits(MemberSet set)
    {
        var bits = 0;
        foreach (var id in set.AsSpan())
        {
            bits |= Bit(id);
        }

        return bits;
    }
}
