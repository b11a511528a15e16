using Swarm.Raft.Tracking;

namespace Swarm.Raft.Consensus;

public sealed partial class RaftCore
{
    /// <summary>
    /// Tells a leader that a message did not reach a peer: it is probed again instead of being sent more ahead.
    /// </summary>
    /// <param name="id">The peer.</param>
    public void PeerUnreachable(ulong id)
    {
        if (IsLeader && id != Id && _tracker.Find(id) is { State: ProgressState.Replicate } peer)
        {
            peer.BecomeProbe();
        }
    }

    /// <summary>Tells a leader how the delivery of a snapshot ended.</summary>
    /// <param name="id">The peer.</param>
    /// <param name="arrived">Whether the peer has it.</param>
    public void SnapshotDelivered(ulong id, bool arrived)
    {
        if (!IsLeader || _tracker.Find(id) is not { State: ProgressState.Snapshot } peer)
        {
            return;
        }

        if (arrived)
        {
            peer.SnapshotDelivered();
        }
        else
        {
            peer.SnapshotFailed();
        }
    }

    private void TickLeader()
    {
        _heartbeatElapsed++;
        if (++_electionElapsed >= _options.ElectionTicks)
        {
            _electionElapsed = 0;
            if (_options.CheckQuorum && !_tracker.IsQuorumActive())
            {
                BecomeFollower(Term, 0);
                return;
            }

            ForgetActivity();
            _transferTarget = 0;
        }

        // Heartbeats would hide for ever that nothing can be committed here.
        if (IsStorageStalled)
        {
            BecomeFollower(Term, 0);
            return;
        }

        WatchSnapshots();
        if (_heartbeatElapsed >= _options.HeartbeatTicks)
        {
            _heartbeatElapsed = 0;
            BroadcastHeartbeat(newRound: _options.AssumeBoundedClockDrift);
        }
    }

    private void ForgetActivity()
    {
        foreach (var member in _tracker.Members)
        {
            member.RecentlyActive = member.Id == Id;
        }
    }

    private void WatchSnapshots()
    {
        foreach (var member in _tracker.Members)
        {
            if (member.State == ProgressState.Snapshot
                && _options.SnapshotTicks > 0 && ++member.SnapshotTicks >= _options.SnapshotTicks)
            {
                member.SnapshotFailed();
            }
        }
    }

    private void BroadcastHeartbeat(bool newRound)
    {
        var context = newRound ? _reads.Begin(_ticks) : _reads.Repeat();
        if (Self is { } self)
        {
            self.AckedRound = _reads.Newest;
        }

        foreach (var member in _tracker.Members)
        {
            if (member.Id == Id)
            {
                continue;
            }

            // Never a commit index beyond what this member is known to have.
            var commit = Math.Min(member.Match, _log.Commit);
            Send(new Message
            {
                Type = MessageType.Heartbeat,
                To = member.Id,
                Commit = commit,
                Context = context,
                Incarnation = member.Incarnation,
            });
            member.SentCommit(commit);
        }
    }

    private StepStatus StepLeader(in Message message)
    {
        if (_tracker.Find(message.From) is not { } peer)
        {
            return StepStatus.Handled;
        }

        switch (message.Type)
        {
            case MessageType.AppResp or MessageType.HeartbeatResp
                when message.Incarnation != 0 && message.Incarnation != peer.Incarnation:
                // An answer to an earlier membership under the same id says nothing about this one.
                return StepStatus.Handled;
            case MessageType.AppResp when !message.Reject && message.Index > _log.LastIndex:
                return StepStatus.OutOfRange;
            case MessageType.AppResp:
                peer.RecentlyActive = true;
                TakeAppendAnswer(peer, message);
                break;
            case MessageType.HeartbeatResp:
                peer.RecentlyActive = true;
                TakeHeartbeatAnswer(peer, message);
                break;
            case MessageType.TransferLeader:
                Transfer(message.From);
                break;
        }

        return StepStatus.Handled;
    }

    private void TakeAppendAnswer(Progress peer, in Message message)
    {
        if (message.Reject)
        {
            Retreat(peer, message);
            return;
        }

        // The answer to a probe may bring no news and still show that the logs agree.
        if (!peer.TryAdvance(message.Index)
            && !(peer.Match == message.Index && peer.State == ProgressState.Probe))
        {
            return;
        }

        switch (peer.State)
        {
            case ProgressState.Probe:
                peer.BecomeReplicate();
                break;
            case ProgressState.Snapshot when peer.Match + 1 >= _log.FirstIndex:
                // Whichever snapshot brought it there: the log can continue.
                peer.BecomeProbe();
                peer.BecomeReplicate();
                break;
            case ProgressState.Replicate:
                peer.FreeInflightTo(message.Index);
                break;
        }

        Owe(peer, AppendDue.Entries);
        if (!TryCommit() && peer.CanBumpCommit(_log.Commit))
        {
            Owe(peer, AppendDue.Always);
        }

        if (peer.Id == _transferTarget && peer.Match == _log.LastIndex)
        {
            OrderCampaign(peer.Id);
        }
    }

    private void Retreat(Progress peer, in Message message)
    {
        // Above the term that the peer has there, nothing of ours can match: one probe per term finds the place.
        var hint = message.LogTerm > 0
            ? _log.FindConflict(message.RejectHint, message.LogTerm).Index
            : message.RejectHint;
        if (peer.TryRetreat(message.Index, hint))
        {
            if (peer.State == ProgressState.Replicate)
            {
                peer.BecomeProbe();
            }

            Owe(peer, AppendDue.Always);
        }
    }

    private void TakeHeartbeatAnswer(Progress peer, in Message message)
    {
        // Reopens a window whose messages were all lost: the next append, empty if need be, will be answered.
        peer.Resume();
        if (peer.Match < _log.LastIndex || peer.State == ProgressState.Probe)
        {
            Owe(peer, AppendDue.Always);
        }

        if (_reads.TryReadRound(message.Context.Span, out var round))
        {
            peer.AckedRound = Math.Max(peer.AckedRound, round);
            ConfirmReads();
        }
    }

    private bool TryCommit()
    {
        // Only an entry of the own term proves by its copies that nobody without it can be elected.
        var index = _tracker.Committed();
        if (index <= _log.Commit || !_log.Matches(index, Term) || !_log.CommitTo(index))
        {
            return false;
        }

        _reads.ReleasePostponed(_log.Commit, ref _roundWanted);
        foreach (var member in _tracker.Members)
        {
            if (member.Id != Id)
            {
                Owe(member, member.CanBumpCommit(index) ? AppendDue.Always : AppendDue.Entries);
            }
        }

        return true;
    }

    private void OweAll(AppendDue due)
    {
        foreach (var member in _tracker.Members)
        {
            if (member.Id != Id)
            {
                Owe(member, due);
            }
        }
    }

    private void Owe(Progress peer, AppendDue due)
    {
        if (peer.Due < due)
        {
            peer.Due = due;
        }

        _appendsDue = true;
    }
}
