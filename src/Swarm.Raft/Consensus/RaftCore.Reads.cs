namespace Swarm.Raft.Consensus;

public sealed partial class RaftCore
{
    private readonly ReadRounds _reads;
    private readonly GrowList<ReadRounds.Pending> _confirmed = new();
    private GrowList<ReadState> _readStates = new();
    private GrowList<ReadState> _takenReads = new();
    private bool _roundWanted;

    /// <summary>
    /// Asks what index a linearizable read has to wait for; the answer comes in <see cref="Ready.Reads"/>. A follower
    /// passes the question on to its leader.
    /// </summary>
    /// <param name="context">
    /// The request's name, kept by reference; never used before, or answers cannot be told apart.
    /// </param>
    public ReadStatus RequestRead(ReadOnlyMemory<byte> context)
    {
        if (IsLeader)
        {
            return AddRead(Id, context);
        }

        if (Role != RaftRole.Follower || Leader == 0)
        {
            return ReadStatus.NoLeader;
        }

        _outbox.Send(new Message
        {
            Type = MessageType.ReadIndex,
            From = Id,
            To = Leader,
            Entries = new Entry[] { new(0, 0, EntryType.Normal, context) },
        });
        return ReadStatus.Started;
    }

    // A request that a follower passed on; it asks again when there is no answer, so it is dropped where it cannot be
    // served.
    private void TakeReadRequest(in Message message)
    {
        if (IsLeader && _tracker.Find(message.From) is not null)
        {
            AddRead(message.From, message.Entries.Span[0].Data);
        }
    }

    private void TakeReadAnswer(in Message message)
    {
        if (Role == RaftRole.Follower && Leader == message.From)
        {
            _readStates.Add(new ReadState(message.Entries.Span[0].Data, message.Index));
        }
    }

    private ReadStatus AddRead(ulong from, ReadOnlyMemory<byte> context)
    {
        if (_reads.IsFull)
        {
            return ReadStatus.Busy;
        }

        if (!HasCommittedInTerm)
        {
            // What earlier terms committed is not all known before that.
            _reads.Postpone(from, context);
        }
        else if (_transferTarget == 0 && _options.AssumeBoundedClockDrift
            && _reads.HoldsLease(_ticks, _options.ElectionTicks - _options.LeaseMarginTicks))
        {
            AnswerRead(from, context, _log.Commit);
        }
        else
        {
            _reads.Add(from, context, _log.Commit);
            _roundWanted = true;
        }

        return ReadStatus.Started;
    }

    // Requests that came since the last output share a round.
    private void BeginWantedRound()
    {
        if (_roundWanted && IsLeader)
        {
            BroadcastHeartbeat(newRound: true);
            ConfirmReads();
        }

        _roundWanted = false;
    }

    private void ConfirmReads()
    {
        _reads.Confirm(_tracker.ConfirmedRound(), _confirmed);
        for (var i = 0; i < _confirmed.Count; i++)
        {
            AnswerRead(_confirmed[i].From, _confirmed[i].Context, _confirmed[i].Index);
        }

        _confirmed.Clear();
    }

    private void AnswerRead(ulong to, ReadOnlyMemory<byte> context, ulong index)
    {
        if (to == Id)
        {
            _readStates.Add(new ReadState(context, index));
            return;
        }

        Send(new Message
        {
            Type = MessageType.ReadIndexResp,
            To = to,
            Index = index,
            Entries = new Entry[] { new(0, 0, EntryType.Normal, context) },
        });
    }
}
