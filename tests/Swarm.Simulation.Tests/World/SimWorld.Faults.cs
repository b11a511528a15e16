using System.Runtime.InteropServices;
using Swarm.Raft;

namespace Swarm.Simulation.Tests;

/// <summary>What goes wrong, and how it ends.</summary>
internal sealed partial class SimWorld
{
    private void Disturb()
    {
        var member = _members[1 + _faults.Next(MaxMembers)];
        for (var i = 0; member is null && i < 20; i++)
        {
            member = _members[1 + _faults.Next(MaxMembers)];
        }

        // Half of the faults hit whoever leads: there they matter.
        if (_faults.Next(2) == 0)
        {
            member = Leader() ?? member;
        }

        if (member is null)
        {
            return;
        }

        if (_faults.Next(_plan.Profile == Profile.Lease ? 2 : 10) == 0)
        {
            Usurp();
            return;
        }

        switch (_faults.Next(8))
        {
            case 0 or 1:
                CrashFor(member);
                break;
            case 2 when _faults.Next(3) == 0:
                foreach (var each in _members)
                {
                    if (each is not null)
                    {
                        CrashFor(each);
                    }
                }

                break;
            case 3 when _plan.Pauses || _mistake == HostMistake.LeaseDespitePauses:
                Pause(member);
                break;
            case 4 when member.Up:
                member.Core.Campaign();
                AfterInput(member);
                break;
            default:
                CutLinks(member, kind: _faults.Next(5));
                break;
        }
    }

    // Somebody asks for votes while the leader still leads and is heard by some only; one that promised it something
    // may just have restarted.
    private void Usurp()
    {
        if (Leader() is not { } leader)
        {
            return;
        }

        var usurper = AnyOther(leader);
        if (usurper is not null && _faults.Next(2) == 0)
        {
            // The two do not hear each other, everybody else hears both.
            _cut[Link(leader.RaftId, usurper.RaftId)] = _cut[Link(usurper.RaftId, leader.RaftId)] = true;
            _queue.Add(_now + 1 + _faults.Next((int)(4 * _heldBackTime)), SimEventKind.LinksHeal);
            return;
        }

        CutLinks(leader, kind: _faults.Next(3));
        if (_faults.Next(2) == 0 && AnyOther(leader) is { Up: true } witness && witness != usurper)
        {
            Crash(witness);
            Restart(witness);
        }

        if (usurper is { Up: true } && usurper.PausedUntil <= _now)
        {
            usurper.Core.Campaign();
            AfterInput(usurper);
        }
    }

    private SimMember? AnyOther(SimMember leader)
    {
        var voters = leader.Core.Membership.Voters;
        var other = _members[(int)voters[_faults.Next(voters.Count)]];
        return other == leader ? null : other;
    }

    private void CrashFor(SimMember member)
    {
        if (member.Up)
        {
            Crash(member);
        }
    }

    private void Crash(SimMember member)
    {
        Crashes++;
        Tell?.Invoke($"{_now} crash {member.Id}");
        member.Disk.Crash(CollectionsMarshal.AsSpan(member.Jobs)[..member.UnderWay], _diskRandom);
        GoDown(member);
        if (!member.Gone)
        {
            _queue.Add(_now + 1 + _faults.Next((int)(_faults.Next(2) == 0 ? 500 : 4 * _heldBackTime)), SimEventKind.Restart, member.Id);
        }
    }

    private void Leave(SimMember member)
    {
        member.Disk.Close();
        GoDown(member);
    }

    private void GoDown(SimMember member)
    {
        GiveUpOwn(member);
        member.Stop();
        member.PausedUntil = 0;
    }

    private void Restart(SimMember member)
    {
        if (member.Up || member.Gone)
        {
            return;
        }

        try
        {
            Boot(member);
        }
        catch (PowerFailedException)
        {
            // It failed again while it started.
            Crashes++;
            member.Disk.Crash([], _diskRandom);
            _queue.Add(_now + 1 + _faults.Next(1000), SimEventKind.Restart, member.Id);
        }
    }

    // A member that learns that it is none may be stopped by its host, and has to be where it would go on leading.
    private void StopIfRemoved(SimMember member)
    {
        var membership = member.Membership;
        var isMember = membership.Voters.Contains(member.RaftId) || membership.Learners.Contains(member.RaftId)
            || membership.VotersOutgoing.Contains(member.RaftId);
        var stops = (!_calm && _plan.RemovedStop)
            || (member.Core.Role == RaftRole.Leader && !_plan.Core.StepDownOnRemoval);
        if (!isMember && stops && member.Applied > (ulong)_plan.Voters)
        {
            member.Gone = true;
            _queue.Add(_now + 1 + _hostRandom.Next(3000), SimEventKind.Leave, member.Id, member.Boot);
        }
        else if (isMember)
        {
            member.Gone = false;
        }
    }

    private void Pause(SimMember member)
    {
        var length = 1 + _faults.Next((int)(_faults.Next(3) == 0 ? 15 * _heldBackTime : 3 * _heldBackTime));
        member.PausedUntil = member.ResumedAt = Math.Max(member.PausedUntil, _now + length);
        Tell?.Invoke($"{_now} pause {member.Id} until {member.PausedUntil}");
    }

    private void CutLinks(SimMember member, int kind)
    {
        var (inward, outward) = (kind != 1, kind != 2);
        var side = _faults.Next(1 << MaxMembers);
        for (var a = 1UL; a <= MaxMembers; a++)
        {
            for (var b = 1UL; b <= MaxMembers; b++)
            {
                var cut = kind switch
                {
                    < 3 => (outward && a == member.RaftId) || (inward && b == member.RaftId),
                    3 => ((side >> (int)(a - 1)) & 1) != ((side >> (int)(b - 1)) & 1),
                    _ => _faults.Next(3) == 0,
                };
                _cut[Link(a, b)] |= cut;
            }
        }

        _queue.Add(_now + 1 + _faults.Next((int)(6 * _heldBackTime)), SimEventKind.LinksHeal);
    }

    /// <summary>All faults end; within fifty election timeouts everybody agrees and gets on.</summary>
    private void Heal()
    {
        _calm = true;
        Tell?.Invoke($"{_now} healed");
        HealLinks();
        foreach (var member in _members)
        {
            // Whoever was removed may be the only one who can tell the others that this was decided.
            if (member is { Up: false })
            {
                member.Gone = false;
                Restart(member);
            }
            else if (member is not null)
            {
                member.PausedUntil = 0;
            }
        }

        _queue.Add(_now + 1, SimEventKind.Client);
        _queue.Add(_now + 1000, SimEventKind.Admin);
        var slowest = HistoryPlan.Tick * 1000 / (1000 - _plan.ClockSpread);
        var deadline = _now + (60 * _plan.Core.ElectionTicks * slowest) + (20 * _heldBackTime);
        while (!HasRecovered())
        {
            HappenNext();
            if (_now > deadline)
            {
                throw new SimulationFailure($"no progress after everything was healed: {Describe()}");
            }
        }
    }

    private bool HasRecovered()
    {
        if (_finalAppend < 0 || _finalRead < 0 || !_clients.IsDone(_finalAppend) || !_clients.IsDone(_finalRead)
            || Leader() is not { } leader || leader.Core.Membership.IsJoint)
        {
            return false;
        }

        return AreCaughtUp(leader, leader.Core.Membership.Voters) && AreCaughtUp(leader, leader.Core.Membership.Learners);
    }

    private bool AreCaughtUp(SimMember leader, Swarm.Raft.Quorum.MemberSet ids)
    {
        foreach (var id in ids.AsSpan())
        {
            if (_members[(int)id] is not { Up: true } member || member.Applied < leader.Applied)
            {
                return false;
            }
        }

        return true;
    }

    private string Describe() => string.Join("; ", _members.OfType<SimMember>().Select(member => member.Up
        ? $"{member.Id} {member.Core.Role} term {member.Core.Term} leader {member.Core.Leader} log {member.Core.FirstIndex}.."
            + $"{member.Core.LastIndex} commit {member.Core.Commit} applied {member.Applied} {member.Core.Membership}"
        : $"{member.Id} {(member.Gone ? "gone" : "down")}"));

    // A leader that hears no majority, or whose disk does not answer, does not lead for long.
    private void LookAtLeader(SimMember leader)
    {
        var core = leader.Core;
        if (core.Role != RaftRole.Leader || !OptionsOf(leader.Id).CheckQuorum)
        {
            return;
        }

        var since = Math.Max(leader.Seen.LeaderSince, leader.ResumedAt);
        var longest = ((2 * _plan.Core.ElectionTicks) + 2) * leader.TickTime;
        var heard = 1 << leader.Id;
        for (var id = 1; id <= MaxMembers; id++)
        {
            heard |= _now - Math.Max(since, leader.HeardAt[id]) <= longest ? 1 << id : 0;
        }

        SimulationFailure.Unless(
            QuorumLaws.IsQuorum(core.Membership, heard), "a leader that heard no majority for two election timeouts still leads");
    }

    private void LookAtStall(SimMember leader)
    {
        if (leader.Core.Role != RaftRole.Leader || leader.Jobs.Count == 0)
        {
            return;
        }

        foreach (var job in leader.Jobs)
        {
            if (job.Token > 0)
            {
                SimulationFailure.Unless(
                    _now - Math.Max(job.Queued, leader.ResumedAt) <= (_plan.Core.ElectionTicks + 3) * leader.TickTime,
                    "a leader whose disk has not answered for an election timeout still leads");
                return;
            }
        }
    }
}
