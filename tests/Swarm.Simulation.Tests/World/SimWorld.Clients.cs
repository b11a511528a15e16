using Swarm.Raft;
using Swarm.Raft.Consensus;

namespace Swarm.Simulation.Tests;

/// <summary>Clients that append and read, and an operator who changes the membership.</summary>
internal sealed partial class SimWorld
{
    private readonly ReadOnlyMemory<byte>[] _batch = new ReadOnlyMemory<byte>[3];
    private int _finalAppend = -1;
    private ulong _finalAppendTerm;
    private int _finalRead = -1;

    private void Ask()
    {
        var member = PickServer();
        if (member is null)
        {
            return;
        }

        if (_calm)
        {
            AskAtLast(member);
        }
        else if (_workload.Chance(_plan.Reads))
        {
            Read(member);
        }
        else
        {
            Append(member, _workload.Next(4) == 0 ? 1 + _workload.Next(3) : 1);
        }
    }

    // Mostly one that thinks it leads, deposed ones included: that is where mistakes are.
    private SimMember? PickServer()
    {
        if (_calm)
        {
            return Leader();
        }

        var anyone = _workload.Next(5) == 0;
        var start = _workload.Next(MaxMembers);
        for (var i = 0; i < MaxMembers; i++)
        {
            if (_members[1 + ((start + i) % MaxMembers)] is { Up: true } member && member.PausedUntil <= _now
                && (anyone || member.Core.Role == RaftRole.Leader))
            {
                return member;
            }
        }

        return null;
    }

    private SimMember? Leader()
    {
        SimMember? newest = null;
        foreach (var member in _members)
        {
            if (member is { Up: true, Core.Role: RaftRole.Leader } && (newest is null || member.Core.Term > newest.Core.Term))
            {
                newest = member;
            }
        }

        return newest;
    }

    private int Append(SimMember member, int count)
    {
        var first = -1;
        for (var i = 0; i < count; i++)
        {
            var operation = _clients.Begin(isRead: false);
            first = first < 0 ? operation : first;
            var data = new byte[8 + (_plan.PayloadBytes > 0 ? _workload.Next(_plan.PayloadBytes) : 0)];
            BitConverter.TryWriteBytes(data, operation);
            _batch[i] = data;
        }

        var result = member.Core.Propose(_batch.AsSpan(0, count));
        for (var i = 0; i < count; i++)
        {
            if (!result.IsAccepted)
            {
                _clients.NotAppended(first + i);
                continue;
            }

            var index = result.FirstIndex + (ulong)i;
            if (member.Own.Remove(index, out var before))
            {
                _clients.NotAppended(before.Operation);
            }

            member.Own[index] = (result.Term, first + i);
            if (_mistake == HostMistake.AnswersWhenAppended)
            {
                _clients.AppendDone(first + i, member.Count + i + 1);
            }
        }

        Tell?.Invoke($"{_now} append {first}+{count} at {member.Id}: {result.Status} {result.FirstIndex}");
        AfterInput(member);
        return first;
    }

    private int Read(SimMember member)
    {
        var operation = _clients.Begin(isRead: true);
        if (_mistake == HostMistake.ReadsWithoutContact && member.Core.Role == RaftRole.Leader)
        {
            _clients.ReadDone(operation, member.Count, member.Hash);
            return operation;
        }

        var status = member.Core.RequestRead(BitConverter.GetBytes(operation));
        if (status == ReadStatus.Started)
        {
            member.AskedReads.Add(operation);
        }

        Tell?.Invoke($"{_now} read {operation} at {member.Id}: {status}");
        AfterInput(member);
        return operation;
    }

    // After everything is healed an append and a read have to come through.
    private void AskAtLast(SimMember leader)
    {
        StopDisturbers(leader);

        // What a deposed leader accepted may never be heard of again: nobody knows it lost until its index is taken.
        if (_finalAppend < 0 || _clients.IsUnsuccessful(_finalAppend)
            || (!_clients.IsDone(_finalAppend) && leader.Core.Term > _finalAppendTerm))
        {
            (_finalAppend, _finalAppendTerm) = (Append(leader, 1), leader.Core.Term);
        }

        if (_finalRead < 0 || (!_clients.IsDone(_finalRead) && !leader.AskedReads.Contains(_finalRead)))
        {
            _finalRead = Read(leader);
        }
    }

    // Without pre-vote and quorum checks nothing but its host keeps a removed member from disturbing the others. Who
    // is one, a leader knows that has applied its whole log and more than anybody: a deposed one would take its
    // successors for disturbers, and one with changes under way those that they add.
    private void StopDisturbers(SimMember leader)
    {
        if (leader.Applied < leader.Core.LastIndex
            || _members.OfType<SimMember>().Any(member => member.Applied > leader.Applied))
        {
            return;
        }

        var membership = leader.Membership;
        var members = membership.Voters.Union(membership.VotersOutgoing).Union(membership.Learners);
        var guarded = _plan.Core is { PreVote: true, CheckQuorum: true } && !_plan.DifferentSettings;
        foreach (var member in _members)
        {
            if (!guarded && member is { Up: true } && !members.Contains(member.RaftId))
            {
                member.Gone = true;
                Leave(member);
            }
        }
    }

    private void Administer()
    {
        if (Leader() is not { } leader || leader.PausedUntil > _now)
        {
            return;
        }

        var core = leader.Core;
        if (_calm)
        {
            if (core.Membership is { IsJoint: true, AutoLeave: false })
            {
                core.ProposeChange(ConfChangeV2.Leave);
                AfterInput(leader);
            }

            return;
        }

        var dice = _workload.Next(10);
        if (dice < 3)
        {
            // The time that a transfer may take begins anew, and with it the time between two checks of the quorum.
            var status = core.Transfer((ulong)(1 + _workload.Next(MaxMembers)));
            leader.Seen.LeaderSince = status == TransferStatus.Started ? _now : leader.Seen.LeaderSince;
            Tell?.Invoke($"{_now} transfer at {leader.Id}: {status}");
        }
        else if (core.Membership.IsJoint)
        {
            core.ProposeChange(dice < 9 ? ConfChangeV2.Leave : DrawChange(core.Membership));
        }
        else if (dice < 7)
        {
            var single = DrawSingle(core.Membership);
            core.ProposeChange(new ConfChange { Type = single.Type, NodeId = single.NodeId });
        }
        else
        {
            core.ProposeChange(DrawChange(core.Membership));
        }

        AfterInput(leader);
    }

    private ConfChangeV2 DrawChange(ConfState membership)
    {
        if (_workload.Next(2) == 0)
        {
            return DrawReplacement(membership);
        }

        var changes = new ConfChangeSingle[1 + _workload.Next(3)];
        for (var i = 0; i < changes.Length; i++)
        {
            changes[i] = DrawSingle(membership);
        }

        return new ConfChangeV2 { Transition = (ConfChangeTransition)_workload.Next(3), Changes = changes };
    }

    // Most of the voters are replaced at once: the halves have little in common.
    private ConfChangeV2 DrawReplacement(ConfState membership)
    {
        var changes = new List<ConfChangeSingle>();
        foreach (var id in membership.Voters.AsSpan())
        {
            if (_workload.Next(3) != 0)
            {
                changes.Add(new ConfChangeSingle(
                    _workload.Next(3) == 0 ? ConfChangeType.AddLearnerNode : ConfChangeType.RemoveNode, id));
            }
        }

        for (var i = changes.Count + _workload.Next(2); i > 0; i--)
        {
            changes.Add(new ConfChangeSingle(ConfChangeType.AddNode, (ulong)(1 + _workload.Next(MaxMembers))));
        }

        return new ConfChangeV2 { Transition = (ConfChangeTransition)_workload.Next(3), Changes = changes };
    }

    private ConfChangeSingle DrawSingle(ConfState membership)
    {
        var id = (ulong)(1 + _workload.Next(MaxMembers));
        var grows = membership.Voters.Count < 3 || (membership.Voters.Count < 5 && _workload.Next(2) == 0);
        var type = grows
            ? _workload.Pick(ConfChangeType.AddNode, ConfChangeType.AddNode, ConfChangeType.AddLearnerNode)
            : _workload.Pick(ConfChangeType.RemoveNode, ConfChangeType.RemoveNode, ConfChangeType.AddLearnerNode);
        return new ConfChangeSingle(type, id);
    }
}
