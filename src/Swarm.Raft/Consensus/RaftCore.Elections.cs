using System.Diagnostics;
using Swarm.Raft.Quorum;

namespace Swarm.Raft.Consensus;

public sealed partial class RaftCore
{
    // The mark of a campaign that the leader asked for; etcd's members compare these bytes.
    private static readonly byte[] TransferMark = "CampaignTransfer"u8.ToArray();

    // One that is to become a member, a learner, or one that is restoring a snapshot has nothing to campaign with.
    private bool IsPromotable => _tracker.IsVoter(Id) && _log.PendingSnapshot is null;

    private bool HearsLeader => Leader != 0 && _electionElapsed < _options.ElectionTicks;

    // Whoever answers a leader promises to elect nobody else for a while, whatever it learns meanwhile of other terms.
    // One that restarted may have answered just before.
    private bool HasGrantedLease =>
        _options.AssumeBoundedClockDrift && _ticks - _lastContact < _options.ElectionTicks;

    /// <summary>
    /// Starts an election now, as if the election timeout had passed. Nothing happens on a leader or a non-voter, nor
    /// on one that let its leader answer reads from a lease.
    /// </summary>
    public void Campaign()
    {
        if (!HasGrantedLease)
        {
            StartCampaign();
        }
    }

    private void StartCampaign()
    {
        if (MayCampaign())
        {
            if (_options.PreVote)
            {
                PreCampaign();
            }
            else
            {
                CampaignFor(transfer: false);
            }
        }
    }

    // Returns whether the message is to be looked at further.
    private bool AdmitTerm(in Message message)
    {
        if (message.Term > Term)
        {
            return AdmitHigherTerm(message);
        }

        if (message.Term == Term || message.Term == 0)
        {
            return true;
        }

        if (message.Type is MessageType.App or MessageType.Heartbeat)
        {
            // Tells a deposed leader about the new term, and lets a leader know of one that is stuck in a higher term
            // and whose campaigns nobody listens to.
            SendAnswer(new Message
            {
                Type = MessageType.AppResp,
                To = message.From,
                Incarnation = message.Incarnation,
            });
        }
        else if (message.Type == MessageType.PreVote)
        {
            // Lets one with an old term and a long log move up to a term in which it can win.
            SendAnswer(new Message { Type = MessageType.PreVoteResp, To = message.From, Reject = true });
        }
        else if (message.Type == MessageType.Vote)
        {
            // The same without pre-votes: two that campaign equally often would keep their distance for ever.
            SendAnswer(new Message { Type = MessageType.VoteResp, To = message.From, Reject = true });
        }

        return false;
    }

    private bool AdmitHigherTerm(in Message message)
    {
        if (message.Type is MessageType.Vote or MessageType.PreVote
            && ((_options.CheckQuorum && HearsLeader) || HasGrantedLease)
            && !message.Context.Span.SequenceEqual(TransferMark))
        {
            return false;
        }

        // A question about a future term changes nothing, and neither does a yes to our own.
        if (message.Type == MessageType.PreVote || (message.Type == MessageType.PreVoteResp && !message.Reject))
        {
            return true;
        }

        var fromLeader = message.Type is MessageType.App or MessageType.Heartbeat or MessageType.Snap;
        var (waits, elapsed, timeout) = (Role == RaftRole.Follower, _electionElapsed, _electionTimeout);
        BecomeFollower(message.Term, fromLeader ? message.From : 0);

        // One that asks often and cannot win must not keep those from asking that can.
        if (waits && message.Type == MessageType.Vote)
        {
            (_electionElapsed, _electionTimeout) = (elapsed, timeout);
        }

        return true;
    }

    // A change of the membership takes effect when its commit is known. A leader that it removes may be gone before
    // everybody knows, and members that count with different memberships may never elect another one. What one of them
    // knows to be committed is so for whoever has the same entry.
    private void LearnCommit(in Message message)
    {
        if (message.Type is MessageType.Vote or MessageType.PreVote or MessageType.VoteResp or MessageType.PreVoteResp
            && message.CommitTerm > 0 && !IsLeader && _log.Matches(message.Commit, message.CommitTerm))
        {
            _log.CommitTo(message.Commit);
        }
    }

    private Message WithCommit(in Message message) => _log.TryGetTerm(_log.Commit, out var term)
        ? message with { Commit = _log.Commit, CommitTerm = term }
        : message;

    // Learners answer too: one may have been promoted without knowing it yet, and its vote may be needed for it to
    // learn that.
    private void AnswerVoteRequest(in Message message)
    {
        if (HasGrantedLease && !message.Context.Span.SequenceEqual(TransferMark))
        {
            return;
        }

        var preVote = message.Type == MessageType.PreVote;
        var free = _vote == message.From
            || (_vote == 0 && Leader == 0)
            || (preVote && message.Term > Term);
        var answer = WithCommit(new Message
        {
            Type = preVote ? MessageType.PreVoteResp : MessageType.VoteResp,
            To = message.From,
        });

        if (!free || !_log.IsUpToDate(message.Index, message.LogTerm))
        {
            SendAnswer(answer with { Reject = true });
            return;
        }

        if (!preVote)
        {
            _electionElapsed = 0;
            _vote = message.From;
        }

        // Under the term of the request: the asker drops what is below its own.
        SendAnswer(answer with { Term = message.Term });
    }

    private void TakeVote(in Message message)
    {
        var wanted = Role switch
        {
            RaftRole.Candidate => MessageType.VoteResp,
            RaftRole.PreCandidate => MessageType.PreVoteResp,
            _ => MessageType.Hup,
        };

        // A yes to an earlier question does not count for this one.
        var late = message.Type == MessageType.PreVoteResp && !message.Reject && message.Term != Term + 1;
        if (message.Type == wanted && !late)
        {
            RecordVote(message.From, !message.Reject);
        }
    }

    private void RecordVote(ulong from, bool granted)
    {
        if (_tracker.Find(from) is not { Vote: null } voter)
        {
            return;
        }

        voter.Vote = granted;
        switch (_tracker.Tally())
        {
            case VoteResult.Won when Role == RaftRole.PreCandidate:
                CampaignFor(transfer: false);
                break;
            case VoteResult.Won:
                BecomeLeader();
                break;
            case VoteResult.Lost:
                BecomeFollower(Term, 0);
                break;
            case VoteResult.Pending:
                break;
            default:
                throw new UnreachableException();
        }
    }

    private bool MayCampaign() =>
        !IsLeader && IsPromotable && !IsStorageStalled && !HoldsUnappliedChange();

    // It might be the change that takes this member's vote away.
    private bool HoldsUnappliedChange()
    {
        for (var index = _log.HandedToApply + 1; index <= _log.Commit;)
        {
            var run = _log.Copy(_arena, index, _log.Commit + 1, _options.MaxApplyBytes, int.MaxValue);
            foreach (ref readonly var entry in run.Span)
            {
                if (entry.ChangesConfiguration)
                {
                    return true;
                }
            }

            index += (ulong)run.Length;
        }

        return false;
    }

    private void PreCampaign()
    {
        Role = RaftRole.PreCandidate;
        Leader = 0;
        _reads.Reset();
        _tracker.ResetVotes();
        AskForVotes(MessageType.PreVote, Term + 1, default);
        RecordVote(Id, granted: true);
    }

    // The own vote counts when it is durable; until then nobody is asked either.
    private void CampaignFor(bool transfer)
    {
        Reset(Term + 1);
        (Role, _vote) = (RaftRole.Candidate, Id);
        AskForVotes(MessageType.Vote, Term, transfer ? TransferMark : default(ReadOnlyMemory<byte>));
    }

    private void AskForVotes(MessageType type, ulong term, ReadOnlyMemory<byte> context)
    {
        foreach (var member in _tracker.Members)
        {
            if (member.Id == Id || !_tracker.IsVoter(member.Id))
            {
                continue;
            }

            var request = WithCommit(new Message
            {
                Type = type,
                From = Id,
                To = member.Id,
                Term = term,
                Index = _log.LastIndex,
                LogTerm = _log.LastTerm,
                Context = context,
            });
            if (type == MessageType.Vote)
            {
                _outbox.SendWhenDurable(request);
            }
            else
            {
                _outbox.Send(request);
            }
        }
    }

    private void CampaignOnRequest(in Message message)
    {
        // Leadership is handed over to one that holds the whole log; etcd's leaders do not say which entry is its end.
        var holdsLog = message.Index == 0 || _log.Matches(message.Index, message.LogTerm);
        if (Role == RaftRole.Follower && (Leader == message.From || Leader == 0) && holdsLog && MayCampaign())
        {
            CampaignFor(transfer: true);
        }
    }

    private void BecomeLeader()
    {
        Check.That(Role == RaftRole.Candidate && _durableTerm == Term && _durableVote == Id, "a leader was elected");
        Reset(Term);
        (Role, Leader) = (RaftRole.Leader, Id);
        var self = Self;
        Check.That(self is not null, "a leader is a member");
        self.BecomeReplicate();
        self.RecentlyActive = true;

        // Whether the tail changes the membership is not looked up: no change is taken before all of it is in force.
        _pendingChange = _log.LastIndex;
        AppendOwn(EntryType.Normal, default);
        OweAll(Tracking.AppendDue.Always);
    }
}
