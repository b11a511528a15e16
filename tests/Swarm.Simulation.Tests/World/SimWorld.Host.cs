using System.Runtime.InteropServices;
using Swarm.Raft;
using Swarm.Raft.Consensus;

namespace Swarm.Simulation.Tests;

/// <summary>The program around each core: what a host does with its outputs.</summary>
internal sealed partial class SimWorld
{
    private void Tick(SimMember member)
    {
        _queue.Add(_now + member.TickTime, SimEventKind.Tick, member.Id, member.Boot);
        if (_mistake == HostMistake.TicksWaitForDisk && member.UnderWay > 0)
        {
            return;
        }

        member.Core.Tick();
        AfterInput(member);
        LookAtLeader(member);
    }

    // Work is done at once, or later together with what comes meanwhile.
    private void AfterInput(SimMember member)
    {
        _laws.After(member, _now);
        LookAtStall(member);
        if (!member.Core.HasReady || member.WorkPlanned)
        {
            return;
        }

        if (!_calm && _hostRandom.Chance(_plan.Coalescing))
        {
            member.WorkPlanned = true;
            _queue.Add(_now + 1 + _hostRandom.Next(100), SimEventKind.Work, member.Id, member.Boot);
            return;
        }

        Work(member);
    }

    private void Work(SimMember member)
    {
        while (member.Up && member.Core.HasReady)
        {
            TakeOutput(member);
            _laws.After(member, _now);
        }
    }

    private void TakeOutput(SimMember member)
    {
        var core = member.Core;
        var ready = core.TakeReady();
        if (!ready.Entries.IsEmpty)
        {
            _laws.Written(ready.Entries.Span, core.TermAt(ready.Entries.Span[0].Index - 1));
            if (core.Role == RaftRole.Leader)
            {
                _laws.LeaderWrote(member, ready);
            }
        }

        if (!ready.Committed.IsEmpty)
        {
            member.HandedOut = ready.Committed.Span[^1].Index;
        }

        if (ready.Snapshot is not null || !ready.Entries.IsEmpty || ready.HardState is not null)
        {
            Enqueue(member, ready);
        }

        foreach (ref readonly var message in ready.Messages.Span)
        {
            _laws.Sent(member, message);
            Post(member, message);
        }

        if (ready.Snapshot is { } snapshot)
        {
            SnapshotsInstalled++;
            member.Restore(snapshot);
            member.HandedOut = snapshot.Metadata.Index;
            _laws.Restored(member, snapshot);
        }

        foreach (var change in ready.Memberships.Span)
        {
            if (change.Index != ready.Snapshot?.Metadata.Index)
            {
                _laws.Switched(member, change);
                member.ToSwitch.Add(change);
            }
        }

        TakeCommitted(member, ready);
        foreach (var read in ready.Reads.Span)
        {
            var operation = BitConverter.ToInt32(read.Context.Span);
            if (member.AskedReads.Remove(operation))
            {
                member.Reads.Add((read.Index, operation));
            }
        }

        ServeReads(member);
        if (ready.RoleChanged)
        {
            ChangeRole(member, ready.Role);
        }

        SaveSnapshotIfDue(member);
    }

    private void TakeCommitted(SimMember member, Ready ready)
    {
        if (ready.Committed.IsEmpty)
        {
            return;
        }

        member.ToApply.AddRange(ready.Committed.Span);
        if (!_calm && _hostRandom.Chance(_plan.SlowApply))
        {
            PlanApply(member);
        }
        else if (!member.ApplyPlanned)
        {
            ApplySome(member, all: true);
        }
    }

    private void PlanApply(SimMember member)
    {
        if (!member.ApplyPlanned)
        {
            member.ApplyPlanned = true;
            _queue.Add(_now + 1 + _hostRandom.Next(3000), SimEventKind.Apply, member.Id, member.Boot);
        }
    }

    private void ApplySome(SimMember member, bool all)
    {
        var count = all || member.ToApply.Count < 2 ? member.ToApply.Count : 1 + _hostRandom.Next(member.ToApply.Count - 1);
        for (var i = 0; i < count; i++)
        {
            ApplyOne(member, member.ToApply[i]);
        }

        member.ToApply.RemoveRange(0, count);
        if (count > 0)
        {
            member.Core.Applied(member.Applied);
        }

        if (member.ToApply.Count > 0)
        {
            PlanApply(member);
        }

        ServeReads(member);
    }

    private void ApplyOne(SimMember member, in Entry entry)
    {
        SimulationFailure.Unless(
            entry.Index == member.Applied + 1 || _mistake == HostMistake.AppliesTwice,
            "entries are handed out in order, each once");
        if (_mistake == HostMistake.SkipsEntry && !entry.Data.IsEmpty && _hostRandom.Next(30) == 0)
        {
            member.Skip(entry);
        }
        else
        {
            member.Apply(entry);
        }

        _laws.Applied(member, entry);
        var switched = 0;
        while (switched < member.ToSwitch.Count && member.ToSwitch[switched].Index <= entry.Index)
        {
            MembershipChanges++;
            member.Switch(member.ToSwitch[switched++]);
            StopIfRemoved(member);
        }

        member.ToSwitch.RemoveRange(0, switched);
        if (!member.Own.Remove(entry.Index, out var own) || !_clients.IsOpen(own.Operation))
        {
            return;
        }

        if (own.Term == entry.Term)
        {
            _clients.AppendDone(own.Operation, member.Count);
        }
        else
        {
            _clients.NotAppended(own.Operation);
        }
    }

    private void ServeReads(SimMember member)
    {
        for (var i = member.Reads.Count - 1; i >= 0; i--)
        {
            if (member.Reads[i].Index <= member.Applied)
            {
                _clients.ReadDone(member.Reads[i].Operation, member.Count, member.Hash);
                member.Reads.RemoveAt(i);
            }
        }
    }

    private void ChangeRole(SimMember member, RaftRole role)
    {
        if (member.Role == RaftRole.Leader && role != RaftRole.Leader)
        {
            GiveUpOwn(member);
        }

        // An operator who waits for a leader does not wait any longer.
        if (role == RaftRole.Leader && !_calm && _plan.AdminEvery < 10_000 && _workload.Next(2) == 0)
        {
            _queue.Add(_now + _workload.Next(50), SimEventKind.Operate);
        }

        member.Role = role;
        member.AskedReads.Clear();
    }

    private void GiveUpOwn(SimMember member)
    {
        foreach (var (_, own) in member.Own)
        {
            if (!_clients.IsOpen(own.Operation))
            {
                continue;
            }

            if (_mistake == HostMistake.UnknownReportedAsFailed)
            {
                _clients.NotAppended(own.Operation);
            }
            else
            {
                _clients.Unknown(own.Operation);
            }
        }

        member.Own.Clear();
    }

    private void Enqueue(SimMember member, Ready ready)
    {
        var job = new DiskJob(ready.Token, ready.HardState, ready.Entries.ToArray(), ready.Snapshot, 0, _now);
        member.Jobs.Add(job);
        if (_mistake == HostMistake.ReportsBeforeFlush)
        {
            ((ModelDisk)member.Disk).Show(job);
            _queue.Add(_now, SimEventKind.Persisted, member.Id, member.Boot, (int)ready.Token);
        }

        BeginFlush(member);
    }

    private void BeginFlush(SimMember member)
    {
        if (member.UnderWay > 0 || member.Jobs.Count == 0)
        {
            return;
        }

        member.UnderWay = member.Jobs.Count;
        var time = _calm ? 10 : 1 + _diskRandom.Next((int)_plan.FlushTime);
        if (!_calm && _diskRandom.Chance(_plan.Stall))
        {
            time += _diskRandom.Next((int)(4 * _heldBackTime));
        }

        _queue.Add(_now + time, SimEventKind.Flushed, member.Id, member.Boot);
    }

    private void Flushed(SimMember member)
    {
        var jobs = CollectionsMarshal.AsSpan(member.Jobs)[..member.UnderWay];
        if (!TryWrite(member, jobs))
        {
            return;
        }

        var (token, last) = (0UL, 0UL);
        foreach (ref readonly var job in jobs)
        {
            token = Math.Max(token, job.Token);
            last = job.Entries.Length > 0 ? job.Entries[^1].Index : job.Installed?.Metadata.Index ?? last;
        }

        SimulationFailure.Unless(last == 0 || member.Disk.Platter.LastIndex == last, "a log ends with what was written last");

        member.Jobs.RemoveRange(0, member.UnderWay);
        member.UnderWay = 0;
        BeginFlush(member);
        if (token == 0 || _mistake == HostMistake.ReportsBeforeFlush)
        {
            return;
        }

        // The writer goes on while its report waits for the core's turn.
        if (!_calm && _hostRandom.Chance(_plan.Coalescing))
        {
            _queue.Add(_now + _hostRandom.Next(200), SimEventKind.Persisted, member.Id, member.Boot, (int)token);
        }
        else
        {
            member.Core.Persisted(token);
            AfterInput(member);
        }
    }

    // The machine may stop in the middle of what it writes.
    private bool TryWrite(SimMember member, ReadOnlySpan<DiskJob> jobs)
    {
        try
        {
            member.Disk.Write(jobs);
            return true;
        }
        catch (PowerFailedException)
        {
            Crash(member);
            return false;
        }
    }

    private void SaveSnapshotIfDue(SimMember member)
    {
        if (member.Saving is null && member.Applied >= member.LastSnapshot + _plan.SnapshotEvery)
        {
            member.Saving = member.TakeSnapshot();
            var time = _calm ? 1 : _diskRandom.Next(_diskRandom.Next(3) == 0 ? 6000 : 200);
            _queue.Add(_now + time, SimEventKind.SnapshotSaved, member.Id, member.Boot);
        }
    }

    private void SnapshotSaved(SimMember member)
    {
        var snapshot = member.Saving!;
        member.Saving = null;
        member.LastSnapshot = Math.Max(member.LastSnapshot, snapshot.Metadata.Index);
        try
        {
            member.Disk.SaveSnapshot(snapshot);
        }
        catch (PowerFailedException)
        {
            Crash(member);
            return;
        }

        if (snapshot.Metadata.Index > _plan.Retained)
        {
            member.Jobs.Add(new DiskJob(0, null, [], null, snapshot.Metadata.Index - _plan.Retained, _now));
            BeginFlush(member);
        }
    }
}
