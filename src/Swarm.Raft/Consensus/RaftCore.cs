using System.Diagnostics.CodeAnalysis;
using Swarm.Raft.Tracking;

namespace Swarm.Raft.Consensus;

/// <summary>
/// The consensus of one member: messages, proposals and ticks in, one <see cref="Ready"/> out. Pure: no clock, no I/O,
/// no thread of its own; equal inputs, the random numbers included, give equal outputs.
/// </summary>
/// <remarks>
/// <para>
/// Speaks etcd's raft v3: elections with pre-vote and check-quorum, pipelined replication, one-step and joint
/// membership changes, learners, linearizable reads, hand-over of leadership. It differs where raft-v3 is known to be
/// wrong or loose: reads are confirmed by numbered contact rounds, the last voter cannot be removed, a leader whose
/// disk stalls steps down, a commit index beyond the log does not stop a member, and a membership takes effect when its
/// entry is handed out for applying.
/// </para>
/// <para>
/// Not safe for concurrent use: one thread at a time. After any exception the core must not be used again.
/// </para>
/// </remarks>
[Experimental("SWRAFT001")]
public sealed partial class RaftCore
{
    private readonly RaftCoreOptions _options;
    private readonly Random _random;
    private readonly RaftLog _log;
    private readonly ProgressTracker _tracker;
    private readonly Outbox _outbox = new();

    private ulong _vote;
    private int _electionElapsed;
    private int _heartbeatElapsed;
    private int _electionTimeout;
    private long _ticks;
    private long _lastContact;

    /// <summary>Starts a member, new or from what was saved.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="log">
    /// Its log. The membership is that of the log's snapshot, brought forward over the entries up to
    /// <see cref="RaftCoreOptions.Applied"/>.
    /// </param>
    /// <param name="hardState">What was saved last; the default for a new member.</param>
    /// <param name="random">Draws election timeouts.</param>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    /// <exception cref="RaftInvariantException">What was saved contradicts itself.</exception>
    public RaftCore(RaftCoreOptions options, IRaftLogReader log, HardState hardState, Random random)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(random);
        RaftCoreOptions.Validate(options);
        (_options, _random, _reads) = (options, random, new ReadRounds(options.MaxPendingReads));

        var snapshot = log.Snapshot.Metadata;
        Check.That(snapshot.Index + 1 >= log.FirstIndex, "what is compacted is in the snapshot");
        Check.That(hardState.Commit <= Math.Max(log.LastIndex, snapshot.Index), "what was committed is in the log");
        var commit = Math.Max(hardState.Commit, snapshot.Index);
        var applied = Math.Max(options.Applied, snapshot.Index);
        Check.That(applied <= commit, "what was applied was committed");
        _log = new RaftLog(log, commit, applied);
        _tracker = new ProgressTracker(options.MaxInflightMessages, options.MaxInflightBytes);
        _tracker.Switch(snapshot.ConfState, _log.LastIndex, Math.Max(snapshot.Index, 1));
        ReplayMemberships(snapshot.Index, applied);

        _memberships.Clear();

        Check.That(_log.LastTerm <= hardState.Term || _log.LastIndex == snapshot.Index, "no entry is of a later term");
        (Term, _vote) = (hardState.Term, hardState.Vote);
        (_durableTerm, _durableVote, _handedState) = (hardState.Term, hardState.Vote, hardState);
        BecomeFollower(Term, 0);
        (_toldRole, _toldTerm) = (Role, Term);
    }

    /// <summary>This member's id.</summary>
    public ulong Id => _options.Id;

    /// <summary>The term it is in.</summary>
    public ulong Term { get; private set; }

    /// <summary>What it is in that term.</summary>
    public RaftRole Role { get; private set; }

    /// <summary>Who leads as far as it knows; 0 for nobody.</summary>
    public ulong Leader { get; private set; }

    /// <summary>Whom it voted for in its term; 0 for nobody.</summary>
    public ulong Vote => _vote;

    /// <summary>Up to where the log is known to be committed.</summary>
    public ulong Commit => _log.Commit;

    /// <summary>Up to where the host reported entries as applied.</summary>
    public ulong AppliedIndex => _log.Applied;

    /// <summary>The first entry of the log.</summary>
    public ulong FirstIndex => _log.FirstIndex;

    /// <summary>The last entry of the log, durable or not.</summary>
    public ulong LastIndex => _log.LastIndex;

    /// <summary>The membership in force: that of the last entry handed out for applying.</summary>
    public ConfState Membership => _tracker.Configuration;

    /// <summary>To whom leadership is being handed; 0 for nobody.</summary>
    public ulong TransferTarget => _transferTarget;

    private bool IsLeader => Role == RaftRole.Leader;

    private Progress? Self => _tracker.Find(Id);

    /// <summary>Takes a message of a peer. Loss, repetition, delay and reordering are all expected.</summary>
    /// <param name="message">The message. Its payloads, snapshot and context are kept by reference.</param>
    /// <returns>Whether it made sense; nothing has changed if it did not.</returns>
    /// <exception cref="RaftInvariantException">It would undo what is committed.</exception>
    public StepStatus Step(in Message message)
    {
        var status = MessageRules.Check(message, Id);
        if (status != StepStatus.Handled)
        {
            return status;
        }

        LearnCommit(message);
        if (!AdmitTerm(message))
        {
            return status;
        }

        switch (message.Type)
        {
            case MessageType.Vote or MessageType.PreVote:
                AnswerVoteRequest(message);
                return StepStatus.Handled;
            case MessageType.VoteResp or MessageType.PreVoteResp:
                TakeVote(message);
                return StepStatus.Handled;
            case MessageType.App or MessageType.Heartbeat or MessageType.Snap:
                return FollowLeader(message);
            case MessageType.TimeoutNow:
                CampaignOnRequest(message);
                return StepStatus.Handled;
            case MessageType.ReadIndex:
                TakeReadRequest(message);
                return StepStatus.Handled;
            case MessageType.ReadIndexResp:
                TakeReadAnswer(message);
                return StepStatus.Handled;
            default:
                return IsLeader ? StepLeader(message) : StepStatus.Handled;
        }
    }

    /// <summary>One unit of time has passed.</summary>
    public void Tick()
    {
        _ticks++;
        if (IsLeader)
        {
            TickLeader();
        }
        else if (++_electionElapsed >= _electionTimeout && IsPromotable)
        {
            _electionElapsed = 0;
            StartCampaign();
        }
    }

    /// <summary>Fixes the running election timeout; for tests.</summary>
    internal void PinElectionTimeout(int ticks) => _electionTimeout = ticks;

    /// <summary>Copies the whole log, durable or not; for tests.</summary>
    internal Entry[] CopyLog() => LastIndex < FirstIndex
        ? []
        : _log.Copy(new EntryArena(), FirstIndex, LastIndex + 1, long.MaxValue, int.MaxValue).ToArray();

    /// <summary>The term of an entry, 0 where the log does not know it; for tests.</summary>
    internal ulong TermAt(ulong index) => _log.TryGetTerm(index, out var term) ? term : 0;

    /// <summary>What a leader knows of a member; for tests.</summary>
    internal Progress? ProgressOf(ulong id) => _tracker.Find(id);

    private void Reset(ulong term)
    {
        if (Term != term)
        {
            Check.That(term > Term, "terms only go up");
            (Term, _vote) = (term, 0);
        }

        Leader = 0;
        (_electionElapsed, _heartbeatElapsed) = (0, 0);
        _electionTimeout = _options.ElectionTicks + _random.Next(_options.ElectionTicks);
        (_transferTarget, _pendingChange, _unappliedBytes, _appendsDue) = (0, 0, 0, false);
        _reads.Reset();
        _tracker.ResetVotes();
        var next = _log.LastIndex + 1;
        foreach (var member in _tracker.Members)
        {
            member.Reset(next, member.Id == Id ? _log.StableIndex : 0, Math.Max(_log.HandedToApply, 1));
        }
    }

    private void BecomeFollower(ulong term, ulong leader)
    {
        Reset(term);
        (Role, Leader) = (RaftRole.Follower, leader);
    }

    private void Send(in Message message) =>
        _outbox.Send(message with { From = Id, Term = message.Term == 0 ? Term : message.Term });

    // What a member promises with its term and vote may leave once they are durable.
    private void SendAnswer(in Message message)
    {
        var full = message with { From = Id, Term = message.Term == 0 ? Term : message.Term };
        if (_durableTerm == Term && _durableVote == _vote)
        {
            _outbox.Send(full);
        }
        else
        {
            _outbox.SendWhenDurable(full);
        }
    }
}
