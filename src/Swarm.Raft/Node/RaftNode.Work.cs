using Microsoft.Extensions.Logging;
using Swarm.Raft.Consensus;
using Swarm.Raft.Quorum;

#pragma warning disable SWRAFT001 // The node is what the core is made for.

namespace Swarm.Raft;

/// <summary>What the core wants done, in the order it asks for.</summary>
public sealed partial class RaftNode
{
    private ConfState _membership;
    private ulong _applied;
    private ulong _appliedTerm;

    private void Work()
    {
        while (_core.HasReady)
        {
            var ready = _core.TakeReady();
            var installed = ready.Snapshot;
            var source = installed is null ? null : OpenInstalled(ready);
            if (installed is not null || !ready.Entries.IsEmpty || ready.HardState is not null)
            {
                _writer.Write(ready);
            }

            _transport.Send(ready.Messages.Span);
            if (source is not null)
            {
                Restore(installed!, source);
            }

            Apply(ready);
            AnswerReads(ready.Reads.Span);
            if (ready.RoleChanged)
            {
                ChangeRole(ready);
            }
            else if (State.Role == RaftRole.Leader && !State.IsReady)
            {
                Tell(State with { IsReady = _appliedTerm == State.Term });
            }

            SaveSnapshotIfDue();
        }

        DropUnwantedReception();
    }

    private void Apply(Ready ready)
    {
        if (ready.Committed.IsEmpty)
        {
            return;
        }

        foreach (ref readonly var entry in ready.Committed.Span)
        {
            var own = TakeOwn(entry.Index, entry.Term);
            try
            {
                Apply(in entry, own, ready.Memberships.Span);
            }
            catch (Exception exception)
            {
                own?.Abandon(Faulted(exception));
                throw;
            }

            Volatile.Write(ref _applied, entry.Index);
            _appliedTerm = entry.Term;
            own?.TrySetResult(entry.Index);
        }

        foreach (var change in ready.Memberships.Span)
        {
            _membership = change.State;
            _options.OnMembershipChanged?.Invoke(change.State);
        }

        _core.Applied(_applied);
        AnswerAppliedReads();
    }

    private void Apply(in Entry entry, OwnProposal? own, ReadOnlySpan<MembershipChange> changes)
    {
        if (entry is not { Type: EntryType.Normal, Data.IsEmpty: false })
        {
            ApplyMembership(in entry, changes);
        }
        else if (own is null || !own.TryCommit(entry.Index))
        {
            _machine.Apply(new CommittedEntry(entry.Index, entry.Term, entry.Data));
        }
    }

    private void ApplyMembership(in Entry entry, ReadOnlySpan<MembershipChange> changes)
    {
        foreach (var change in changes)
        {
            if (change.Index == entry.Index && change.Refusal == ChangeRefusal.None && entry.ChangesConfiguration)
            {
                _machine.ApplyMembership(ConfChangeCodec.Decode(entry), change.State);
            }
        }
    }

    private void ChangeRole(Ready ready)
    {
        if (State.Role == RaftRole.Leader && ready.Role != RaftRole.Leader)
        {
            FailAll(new NotLeaderException(ready.Leader, mayCommit: true));
        }

        // The core has forgotten the reads of the term before.
        FailAskedReads(new NotLeaderException(ready.Leader));
        Tell(new RaftState(
            ready.Role,
            ready.Term,
            ready.Leader,
            ready.Role == RaftRole.Leader && _appliedTerm == ready.Term));
    }

    private void Tell(RaftState state)
    {
        if (state != _state)
        {
            var before = _state;
            Volatile.Write(ref _state, state);
            if (before with { IsReady = state.IsReady } != state)
            {
                LogState(Id, state.Role, state.Term, state.Leader);
            }

            _options.OnStateChanged?.Invoke(state);
            TellLeader(state);
            GiveUpReceptionOfTermBefore(state.Term);
        }
    }

    [LoggerMessage(2200, LogLevel.Information, "Raft member {Id} is {Role} in term {Term}; the leader is {Leader}")]
    private partial void LogState(ulong id, RaftRole role, ulong term, ulong leader);

    [LoggerMessage(2201, LogLevel.Critical, "Raft member {Id} has stopped")]
    private partial void LogFaulted(Exception exception, ulong id);
}
