using Swarm.Raft;
using Swarm.Raft.Consensus;

namespace Swarm.Simulation.Tests;

/// <summary>What holds for a member after everything it did.</summary>
internal sealed partial class Laws
{
    /// <summary>A member starts from what it kept.</summary>
    public void Started(SimMember member)
    {
        var (core, kept) = (member.Core, member.Disk.PlatterState);
        Law(
            core.Term > kept.Term || (core.Term == kept.Term && (core.Vote == kept.Vote || kept.Vote == 0)),
            $"member {member.Id} came back with term {core.Term} and vote {core.Vote}, promised were {kept.Term} and {kept.Vote}");
        Law(
            core.LastIndex == Math.Max(member.Disk.Platter.LastIndex, member.Disk.Platter.Snapshot.Metadata.Index),
            $"member {member.Id} came back with entries up to {core.LastIndex}, safe were those up to {member.Disk.Platter.LastIndex}");
        CheckDecided(member);
        member.Seen = new SeenState(core.Term, core.Commit, core.Role, core.LastIndex, 0, 0, core.Membership);
    }

    public void After(SimMember member, long now)
    {
        var core = member.Core;
        ref var seen = ref member.Seen;
        Law(core.Term >= seen.Term, $"member {member.Id} went back from term {seen.Term} to {core.Term}");
        Law(core.Commit >= seen.Commit, $"member {member.Id} went back from commit {seen.Commit} to {core.Commit}");
        Law(
            core.AppliedIndex <= core.Commit && core.Commit <= core.LastIndex,
            $"member {member.Id}: applied {core.AppliedIndex}, commit {core.Commit}, last {core.LastIndex}");
        Law(
            core.AppliedIndex <= Math.Max(member.Disk.Platter.LastIndex, member.Disk.Platter.Snapshot.Metadata.Index),
            $"member {member.Id} applied {core.AppliedIndex}, which is not durable there");

        var leads = core.Role == RaftRole.Leader;
        var led = seen.Role == RaftRole.Leader;
        if (leads && !(led && seen.Term == core.Term))
        {
            Elected(member);
            seen.LeaderSince = now;
        }
        else if (leads)
        {
            Law(
                core.LastIndex >= seen.LastIndex && (seen.LastTerm == 0 || core.TermAt(seen.LastIndex) == seen.LastTerm
                    || core.TermAt(seen.LastIndex) == 0),
                $"leader {member.Id} of term {core.Term} replaced its own entry {seen.LastIndex}");
        }

        if (core.Commit > seen.Commit)
        {
            Committed(member, leads || led);
        }

        if (!ReferenceEquals(seen.Membership, core.Membership))
        {
            seen.LeaderSince = now;
            seen.Membership = core.Membership;
        }

        (seen.Term, seen.Commit, seen.Role) = (core.Term, core.Commit, core.Role);
        (seen.LastIndex, seen.LastTerm) = leads ? (core.LastIndex, core.TermAt(core.LastIndex)) : default;
    }

    /// <summary>Nothing is promised that would not survive a crash of whoever promises it.</summary>
    public void Sent(SimMember member, in Message message)
    {
        var kept = member.Disk.PlatterState;
        switch (message.Type)
        {
            case MessageType.VoteResp when !message.Reject:
                Voted(message.From, message.Term, message.To);
                Law(
                    kept.Term > message.Term || (kept.Term == message.Term && kept.Vote == message.To),
                    $"{message} is sent, and safe are only term {kept.Term} and vote {kept.Vote}");
                break;
            case MessageType.Vote:
                Voted(message.From, message.Term, message.From);
                Law(
                    kept.Term > message.Term || (kept.Term == message.Term && kept.Vote == message.From),
                    $"{message} is sent, and safe are only term {kept.Term} and vote {kept.Vote}");
                break;
            case MessageType.AppResp when !message.Reject && kept.Term <= message.Term && message.Index > 0:
                Law(kept.Term == message.Term, $"{message} is sent, and safe is only term {kept.Term}");
                Law(
                    message.Index <= Math.Max(member.Disk.Platter.LastIndex, member.Disk.Platter.Snapshot.Metadata.Index),
                    $"{message} is sent, and safe are only entries up to {member.Disk.Platter.LastIndex}");
                SameAsLeader(member, message);
                break;
            case MessageType.App or MessageType.Heartbeat or MessageType.Snap:
                Law(
                    _leaders.TryGetValue(message.Term, out var leader) && leader == message.From,
                    $"{message} comes from one that does not lead this term");
                break;
        }
    }

    /// <summary>What a leader believes of a member is true, as long as that member is in the same term.</summary>
    public void Progress(SimMember leader, ulong about)
    {
        if (leader.Core.ProgressOf(about) is not { } progress || members[(int)about] is not { } member)
        {
            return;
        }

        Law(progress.Next > progress.Match, $"leader {leader.Id} knows {progress.Match} of {about} and sends {progress.Next} next");
        var term = leader.Core.TermAt(progress.Match);
        Law(
            member.Disk.PlatterState.Term > leader.Core.Term || progress.Match == 0 || term == 0
            || member.Disk.Holds(progress.Match, term),
            $"leader {leader.Id} believes that {about} holds {progress.Match}");
    }

    // As long as its leader leads, an acknowledgement speaks of the leader's entry and not of another one there.
    private void SameAsLeader(SimMember member, in Message message)
    {
        if (members[(int)message.To] is { Up: true, Core.Role: RaftRole.Leader } leader && leader.Core.Term == message.Term
            && leader.Core.TermAt(message.Index) is > 0 and var term)
        {
            Law(member.Disk.Holds(message.Index, term), $"{message} is sent, and safe is another entry than the leader's");
        }
    }

    private void Voted(ulong voter, ulong term, ulong candidate)
    {
        if (!_votes.TryAdd((voter, term), candidate))
        {
            Law(_votes[(voter, term)] == candidate, $"member {voter} voted for {_votes[(voter, term)]} and {candidate} in term {term}");
        }
    }

    // One leader in a term, and it holds everything that was decided in earlier terms.
    private void Elected(SimMember member)
    {
        var core = member.Core;
        if (!_leaders.TryAdd(core.Term, core.Id))
        {
            Law(_leaders[core.Term] == core.Id, $"{_leaders[core.Term]} and {core.Id} lead term {core.Term}");
        }

        for (var at = _decided.Count - 1; at >= 0; at--)
        {
            if (_decided[at].DecidedIn < core.Term)
            {
                var index = _base + (ulong)at + 1;
                Law(
                    index < core.FirstIndex || core.TermAt(index) == _decided[at].Term,
                    $"leader {core.Id} of term {core.Term} lacks the decided entry {index} of term {_decided[at].Term}");
                return;
            }
        }
    }

    private void Committed(SimMember member, bool leads)
    {
        var core = member.Core;
        if (core.Commit > Decided)
        {
            Law(leads, $"member {member.Id} takes {core.Commit} for decided, no leader decided more than {Decided}");
            Law(core.TermAt(core.Commit) == core.Term, $"leader {member.Id} of term {core.Term} counts entry {core.Commit} of an older term");
            OnMajority(member);
            for (var index = Decided + 1; index <= core.Commit; index++)
            {
                _decided.Add(new DecidedEntry(core.TermAt(index), core.Term));
            }
        }

        CheckDecided(member);
    }

    // Committed stays: below its commit index a log is the one that was decided. The last entry speaks for those before.
    private void CheckDecided(SimMember member)
    {
        var core = member.Core;
        Law(core.Commit <= Decided, $"member {member.Id} takes {core.Commit} for decided, no leader decided more than {Decided}");
        if (core.Commit > _base && core.TermAt(core.Commit) is > 0 and var term)
        {
            Law(term == DecidedAt(core.Commit).Term, $"member {member.Id} has term {term} at {core.Commit}, decided was {DecidedAt(core.Commit).Term}");
        }
    }

    // Looked up on the platters, not where the leader thinks.
    private void OnMajority(SimMember leader)
    {
        var (index, holders) = (leader.Core.Commit, 0);
        var term = leader.Core.TermAt(index);
        foreach (var member in members)
        {
            if (member?.Disk.Holds(index, term) == true)
            {
                holders |= QuorumLaws.Bit(member.RaftId);
            }
        }

        Law(
            QuorumLaws.IsQuorum(leader.Core.Membership, holders),
            $"leader {leader.Id} decided {index}, which is durable on the members of mask {holders} only");
    }
}
