namespace Swarm.Raft.Quorum;

/// <summary>What a majority agrees on.</summary>
/// <remarks>
/// A set of nobody agrees to everything: the outgoing half of a configuration that is not joint must never hold up the
/// other.
/// </remarks>
internal static class QuorumMath
{
    /// <summary>The largest value that a majority has reached.</summary>
    /// <param name="reached">What each voter has reached, 0 for one that never answered; sorted in place.</param>
    public static ulong MajorityReached(Span<ulong> reached)
    {
        if (reached.IsEmpty)
        {
            return ulong.MaxValue;
        }

        // Sets are tiny: insertion is faster than the general sort and needs no comparer.
        for (var i = 1; i < reached.Length; i++)
        {
            var value = reached[i];
            var at = i;
            for (; at > 0 && reached[at - 1] > value; at--)
            {
                reached[at] = reached[at - 1];
            }

            reached[at] = value;
        }

        return reached[(reached.Length - 1) / 2];
    }

    /// <summary>How a vote of one set stands.</summary>
    /// <param name="voters">How many vote.</param>
    /// <param name="granted">How many said yes.</param>
    /// <param name="refused">How many said no.</param>
    public static VoteResult Majority(int voters, int granted, int refused)
    {
        var needed = voters == 0 ? 0 : (voters / 2) + 1;
        return granted >= needed ? VoteResult.Won
            : voters - refused >= needed ? VoteResult.Pending
            : VoteResult.Lost;
    }

    /// <summary>How a vote of both halves of a joint configuration stands.</summary>
    /// <param name="incoming">The vote of one half.</param>
    /// <param name="outgoing">The vote of the other.</param>
    public static VoteResult Joint(VoteResult incoming, VoteResult outgoing) =>
        incoming == outgoing ? incoming
        : incoming == VoteResult.Lost || outgoing == VoteResult.Lost ? VoteResult.Lost
        : VoteResult.Pending;
}
