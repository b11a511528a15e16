using Swarm.Raft.Tracking;

namespace Swarm.Raft.Consensus;

public sealed partial class RaftCore
{
    private readonly Ready _readyOutput = new();
    private readonly EntryArena _arena = new();
    private readonly GrowList<StorageBatch> _batches = new();
    private readonly Inflights _applying = new(int.MaxValue, 0);

    private HardState _handedState;
    private ulong _durableTerm;
    private ulong _durableVote;
    private ulong _lastToken;
    private bool _appendsDue;
    private ulong _sharedFrom;
    private ReadOnlyMemory<Entry> _shared;
    private RaftRole _toldRole;
    private ulong _toldLeader;
    private ulong _toldTerm;

    /// <summary>Whether <see cref="TakeReady"/> has anything to say.</summary>
    public bool HasReady =>
        _outbox.IsWaiting
        || _appendsDue
        || _roundWanted
        || _log.HasWorkForStore
        || _log.HandedToApply < Applicable
        || _handedState != CurrentState
        || _readStates.Count > 0
        || _memberships.Count > 0
        || RoleChanged;

    /// <summary>
    /// Whether committed entries are kept back, because the application is not ready for them: it restores a snapshot.
    /// Everything else goes on meanwhile.
    /// </summary>
    public bool HoldsEntries { get; set; }

    private ulong Applicable => HoldsEntries ? _log.HandedToApply : _log.Applicable;

    private HardState CurrentState => new(Term, _vote, _log.Commit);

    private bool RoleChanged => Role != _toldRole || Leader != _toldLeader || Term != _toldTerm;

    // Counted from the hand-over: a write that takes longer than an election is no different from one that never ends.
    private bool IsStorageStalled => _batches.Count > 0 && _ticks - _batches[0].Tick > _options.ElectionTicks;

    /// <summary>
    /// Takes what is to be done. Everything in it counts as begun: it is not said again, whatever becomes of it.
    /// Appends are formed here, so all that was proposed since the last call shares one message per member.
    /// </summary>
    /// <returns>The core's only <see cref="Ready"/>; the previous contents are gone.</returns>
    public Ready TakeReady()
    {
        _arena.Reset();
        (_sharedFrom, _shared) = (0, default);
        _readyOutput.Committed = HandOutCommitted();
        LeaveJointIfDue();
        BeginWantedRound();
        FormAppends();
        FormBatch();
        _readyOutput.Messages = _outbox.Take();

        (_readStates, _takenReads) = (_takenReads, _readStates);
        _readStates.Clear();
        _readyOutput.Reads = _takenReads.Memory;
        _readyOutput.Memberships = _memberships.Count == 0 ? default : _memberships.Memory.ToArray();
        _memberships.Clear();

        (_readyOutput.RoleChanged, _readyOutput.Role, _readyOutput.Leader, _readyOutput.Term) =
            (RoleChanged, Role, Leader, Term);
        (_toldRole, _toldLeader, _toldTerm) = (Role, Leader, Term);
        return _readyOutput;
    }

    /// <summary>A batch is durable, and so are all before it.</summary>
    /// <param name="token">Its <see cref="Ready.Token"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">No such batch was handed out.</exception>
    public void Persisted(ulong token)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(token, _lastToken);
        var count = 0;
        StorageBatch last = default;
        for (; count < _batches.Count && _batches[count].Token <= token; count++)
        {
            last = _batches[count];
            if (last.SnapshotIndex != 0)
            {
                _log.SnapshotStable(last.SnapshotIndex);
            }
        }

        if (count == 0)
        {
            return;
        }

        _batches.RemoveFirst(count);
        (_durableTerm, _durableVote) = (last.Term, last.Vote);

        // In a later term the same index may hold something else that is still being written.
        if (last.Term == Term)
        {
            _log.StableTo(last.LastIndex, last.LastTerm);
        }

        _outbox.Release(token);
        CountOwn();
    }

    /// <summary>The application has applied everything up to an index.</summary>
    /// <param name="index">An index that was handed out in <see cref="Ready.Committed"/>.</param>
    /// <exception cref="RaftInvariantException">It was not handed out.</exception>
    public void Applied(ulong index)
    {
        _log.AppliedTo(index);
        _unappliedBytes = Math.Max(0, _unappliedBytes - _applying.FreeTo(index));
    }

    // The own vote and the own copy count like everybody's: once they are durable.
    private void CountOwn()
    {
        if (Role == RaftRole.Candidate && _durableTerm == Term && _durableVote == Id)
        {
            RecordVote(Id, granted: true);
        }
        else if (IsLeader && Self is { } self && self.TryAdvance(_log.StableIndex))
        {
            TryCommit();
        }
    }

    private ReadOnlyMemory<Entry> HandOutCommitted()
    {
        var from = _log.HandedToApply + 1;
        if (from > Applicable)
        {
            return default;
        }

        var entries = _log.Copy(_arena, from, Applicable + 1, _options.MaxApplyBytes, int.MaxValue);
        var last = from + (ulong)entries.Length - 1;
        _log.HandedToApplyTo(last);
        _applying.Add(last, EntryLimit.PayloadBytes(entries.Span) + ((long)entries.Length * EntryLimit.Overhead));
        foreach (ref readonly var entry in entries.Span)
        {
            if (entry.ChangesConfiguration)
            {
                ApplyMembership(entry);
            }
        }

        return entries;
    }

    private void FormBatch()
    {
        var state = CurrentState;
        var promised = state.Term != _handedState.Term || state.Vote != _handedState.Vote;
        var work = promised || _log.HasWorkForStore;
        _readyOutput.HardState = state != _handedState ? state : null;
        (_readyOutput.Snapshot, _readyOutput.Entries) = _log.HandToStore(_arena);
        _readyOutput.Token = work ? ++_lastToken : 0;
        _handedState = state;
        if (work)
        {
            _batches.Add(new StorageBatch(
                _lastToken,
                _ticks,
                Term,
                _vote,
                _log.LastIndex,
                _log.LastTerm,
                _readyOutput.Snapshot?.Metadata.Index ?? 0));
        }

        _outbox.HoldUntil(_batches.Count > 0 ? _lastToken : 0);
    }

    private void FormAppends()
    {
        if (!_appendsDue)
        {
            return;
        }

        _appendsDue = false;
        foreach (var member in _tracker.Members)
        {
            var due = member.Due;
            member.Due = AppendDue.Nothing;
            if (due == AppendDue.Nothing || !IsLeader)
            {
                continue;
            }

            for (var ifEmpty = due == AppendDue.Always; TrySendAppend(member, ifEmpty); ifEmpty = false)
            {
            }
        }
    }

    private bool TrySendAppend(Progress peer, bool ifEmpty)
    {
        if (peer.IsPaused)
        {
            return false;
        }

        var previous = peer.Next - 1;
        if (!_log.TryGetTerm(previous, out var previousTerm))
        {
            return TrySendSnapshot(peer);
        }

        // A full window lets only empty appends through: their answers open it when all that filled it was lost.
        var open = peer.State != ProgressState.Replicate || !peer.IsWindowFull;
        var entries = open && peer.Next <= _log.LastIndex ? EntriesFrom(peer.Next) : default;
        if (entries.IsEmpty && !ifEmpty)
        {
            return false;
        }

        Send(new Message
        {
            Type = MessageType.App,
            To = peer.Id,
            Index = previous,
            LogTerm = previousTerm,
            Entries = entries,
            Commit = _log.Commit,
            Incarnation = peer.Incarnation,
        });
        peer.SentEntries(entries.Length, EntryLimit.PayloadBytes(entries.Span));
        peer.SentCommit(_log.Commit);
        return true;
    }

    // Members that are equally far share one copy.
    private ReadOnlyMemory<Entry> EntriesFrom(ulong index)
    {
        if (_sharedFrom != index || _shared.IsEmpty)
        {
            _sharedFrom = index;
            _shared = _log.Copy(
                _arena, index, _log.LastIndex + 1, _options.MaxAppendBytes, _options.MaxAppendEntries);
        }

        return _shared;
    }

    private bool TrySendSnapshot(Progress peer)
    {
        var snapshot = _log.StoredSnapshot;
        if (!peer.RecentlyActive || snapshot.IsEmpty)
        {
            return false;
        }

        Check.That(snapshot.Metadata.Index + 1 >= _log.FirstIndex, "the log continues from its snapshot");
        peer.BecomeSnapshot(snapshot.Metadata.Index);
        Send(new Message
        {
            Type = MessageType.Snap,
            To = peer.Id,
            Snapshot = snapshot,
            Incarnation = peer.Incarnation,
        });
        return true;
    }
}
