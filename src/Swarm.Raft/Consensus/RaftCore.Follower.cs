namespace Swarm.Raft.Consensus;

public sealed partial class RaftCore
{
    private StepStatus FollowLeader(in Message message)
    {
        if (IsLeader || (Leader != 0 && Leader != message.From))
        {
            return StepStatus.SecondLeader;
        }

        if (Role != RaftRole.Follower)
        {
            BecomeFollower(Term, message.From);
        }

        (_electionElapsed, Leader, _lastContact) = (0, message.From, _ticks);
        switch (message.Type)
        {
            case MessageType.App:
                TakeEntries(message);
                break;
            case MessageType.Heartbeat:
                TakeHeartbeat(message);
                break;
            default:
                TakeSnapshot(message);
                break;
        }

        return StepStatus.Handled;
    }

    private void TakeEntries(in Message message)
    {
        if (message.Index < _log.Commit)
        {
            Acknowledge(message, _log.Commit);
        }
        else if (_log.Matches(message.Index, message.LogTerm))
        {
            // No further than this message proves: what is behind it may be left over from another leader.
            var last = _log.Take(message.Index, message.Entries.Span);
            _log.CommitTo(Math.Min(message.Commit, last));
            Acknowledge(message, last);
        }
        else
        {
            var (hint, term) = _log.FindConflict(Math.Min(message.Index, _log.LastIndex), message.LogTerm);
            SendAnswer(new Message
            {
                Type = MessageType.AppResp,
                To = message.From,
                Index = message.Index,
                Reject = true,
                RejectHint = hint,
                LogTerm = term,
                Incarnation = message.Incarnation,
            });
        }
    }

    private void TakeHeartbeat(in Message message)
    {
        // The leader names what this member once acknowledged. One that lost entries since must not fail over it.
        _log.CommitTo(Math.Min(message.Commit, _log.LastIndex));
        SendAnswer(new Message
        {
            Type = MessageType.HeartbeatResp,
            To = message.From,
            Context = message.Context,
            Incarnation = message.Incarnation,
        });
    }

    private void TakeSnapshot(in Message message)
    {
        var snapshot = message.Snapshot!;
        var (index, state) = (snapshot.Metadata.Index, snapshot.Metadata.ConfState);
        if (index > _log.Commit)
        {
            if (_log.Matches(index, snapshot.Metadata.Term))
            {
                // It proves what is here already, so what is behind it may stay.
                _log.CommitTo(index);
            }
            else
            {
                // It may be older than the change that added this member, which then follows as an entry.
                _log.Restore(snapshot);
                SwitchMembership(index, state);
            }
        }

        Acknowledge(message, _log.Commit);
    }

    // Promises that the log up to there is durable and equals the leader's.
    private void Acknowledge(in Message message, ulong index)
    {
        var answer = new Message
        {
            Type = MessageType.AppResp,
            From = Id,
            To = message.From,
            Term = Term,
            Index = index,
            Incarnation = message.Incarnation,
        };

        if (index <= _log.StableIndex)
        {
            SendAnswer(answer);
        }
        else
        {
            _outbox.SendWhenDurable(answer);
        }
    }
}
