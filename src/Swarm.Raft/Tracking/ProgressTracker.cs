using Swarm.Raft.Consensus;
using Swarm.Raft.Quorum;

namespace Swarm.Raft.Tracking;

/// <summary>The membership in force and what is known of each member, in ascending order of ids.</summary>
internal sealed class ProgressTracker(int maxInflight, long maxInflightBytes)
{
    private Progress[] _members = [];
    private Progress[] _incoming = [];
    private Progress[] _outgoing = [];

    public ConfState Configuration { get; private set; } = ConfState.Empty;

    public ReadOnlySpan<Progress> Members => _members;

    /// <summary>Whether one voter decides alone.</summary>
    public bool IsSingleton => _incoming.Length == 1 && _outgoing.Length == 0;

    public Progress? Find(ulong id)
    {
        foreach (var member in _members)
        {
            if (member.Id == id)
            {
                return member;
            }
        }

        return null;
    }

    public bool IsVoter(ulong id) => Configuration.Voters.Contains(id) || Configuration.VotersOutgoing.Contains(id);

    /// <summary>
    /// Puts a membership in force. Members that stay keep their progress, new ones are probed from the end.
    /// </summary>
    /// <param name="configuration">The membership.</param>
    /// <param name="lastIndex">Where the log ends.</param>
    /// <param name="incarnation">The log's own moment of the change; at least 1.</param>
    public void Switch(ConfState configuration, ulong lastIndex, ulong incarnation)
    {
        var ids = configuration.Voters.Union(configuration.VotersOutgoing).Union(configuration.Learners);
        var members = new Progress[ids.Count];
        for (var i = 0; i < members.Length; i++)
        {
            members[i] = Find(ids[i]) ?? Add(ids[i], Math.Max(lastIndex, 1), incarnation);
            members[i].IsLearner = configuration.Learners.Contains(ids[i]);
        }

        (_members, Configuration) = (members, configuration);
        _incoming = [.. members.Where(member => configuration.Voters.Contains(member.Id))];
        _outgoing = [.. members.Where(member => configuration.VotersOutgoing.Contains(member.Id))];
    }

    /// <summary>The largest index that a majority of each half holds.</summary>
    public ulong Committed() => Math.Min(Reached(_incoming, rounds: false), Reached(_outgoing, rounds: false));

    /// <summary>The newest contact round that a majority of each half has answered.</summary>
    public ulong ConfirmedRound() => Math.Min(Reached(_incoming, rounds: true), Reached(_outgoing, rounds: true));

    public VoteResult Tally() => QuorumMath.Joint(Tally(_incoming), Tally(_outgoing));

    /// <summary>Whether a majority of each half answered since the last check.</summary>
    public bool IsQuorumActive() =>
        QuorumMath.Joint(Active(_incoming), Active(_outgoing)) == VoteResult.Won;

    public void ResetVotes()
    {
        foreach (var member in _members)
        {
            member.Vote = null;
        }
    }

    private static ulong Reached(Progress[] voters, bool rounds)
    {
        var reached = voters.Length <= 32 ? stackalloc ulong[voters.Length] : new ulong[voters.Length];
        for (var i = 0; i < voters.Length; i++)
        {
            reached[i] = rounds ? voters[i].AckedRound : voters[i].Match;
        }

        return QuorumMath.MajorityReached(reached);
    }

    private static VoteResult Tally(Progress[] voters)
    {
        var (granted, refused) = (0, 0);
        foreach (var voter in voters)
        {
            granted += voter.Vote == true ? 1 : 0;
            refused += voter.Vote == false ? 1 : 0;
        }

        return QuorumMath.Majority(voters.Length, granted, refused);
    }

    private static VoteResult Active(Progress[] voters)
    {
        var active = 0;
        foreach (var voter in voters)
        {
            active += voter.RecentlyActive ? 1 : 0;
        }

        return QuorumMath.Majority(voters.Length, active, voters.Length - active);
    }

    // Counted as active at first: a check of the quorum must not fail because a new member had no time to answer.
    private Progress Add(ulong id, ulong next, ulong incarnation)
    {
        var member = new Progress(id, maxInflight, maxInflightBytes);
        member.Reset(next, match: 0, incarnation);
        member.RecentlyActive = true;
        return member;
    }
}
