using Swarm.Raft.Consensus;

namespace Swarm.Raft.Tracking;

/// <summary>What a leader knows of one member. Always <c>Match &lt; Next</c>.</summary>
internal sealed class Progress
{
    private readonly Inflights _inflights;
    private ulong _sentCommit;

    public Progress(ulong id, int maxInflight, long maxInflightBytes)
    {
        Id = id;
        _inflights = new Inflights(maxInflight, maxInflightBytes);
    }

    public ulong Id { get; }

    public bool IsLearner { get; set; }

    /// <summary>Up to where its log is known to equal the leader's. Never goes back within a term.</summary>
    public ulong Match { get; private set; }

    /// <summary>The next entry to send; those between are under way.</summary>
    public ulong Next { get; private set; } = 1;

    public ProgressState State { get; private set; }

    /// <summary>The index of the snapshot that was offered, in <see cref="ProgressState.Snapshot"/>.</summary>
    public ulong PendingSnapshot { get; private set; }

    /// <summary>Ticks since that offer.</summary>
    public int SnapshotTicks { get; set; }

    /// <summary>Whether it answered since the quorum was last checked.</summary>
    public bool RecentlyActive { get; set; }

    /// <summary>Whether appends wait for the next sign of life.</summary>
    public bool IsFlowPaused { get; private set; }

    /// <summary>
    /// When this leader began to track it, in the log's own count: an answer that names another moment belongs to an
    /// earlier membership under the same id.
    /// </summary>
    public ulong Incarnation { get; set; } = 1;

    /// <summary>The newest contact round it answered.</summary>
    public ulong AckedRound { get; set; }

    /// <summary>Its vote in the running election; null before it answers.</summary>
    public bool? Vote { get; set; }

    /// <summary>What the next output owes it.</summary>
    public AppendDue Due { get; set; }

    public int InflightCount => _inflights.Count;

    public bool IsWindowFull => _inflights.IsFull;

    public bool IsPaused => State == ProgressState.Snapshot || IsFlowPaused;

    /// <summary>Forgets everything, at the start of a term.</summary>
    public void Reset(ulong next, ulong match, ulong incarnation)
    {
        Enter(ProgressState.Probe);
        (Match, Next, _sentCommit) = (match, next, 0);
        (RecentlyActive, AckedRound, Due, Incarnation) = (false, 0, AppendDue.Nothing, incarnation);
    }

    public void BecomeProbe()
    {
        // A snapshot that arrived lets the log continue behind it.
        var next = State == ProgressState.Snapshot ? Math.Max(Match, PendingSnapshot) + 1 : Match + 1;
        Enter(ProgressState.Probe);
        Next = next;
        _sentCommit = Math.Min(_sentCommit, Next - 1);
    }

    public void BecomeReplicate()
    {
        Enter(ProgressState.Replicate);
        Next = Match + 1;
    }

    public void BecomeSnapshot(ulong index)
    {
        Enter(ProgressState.Snapshot);
        (PendingSnapshot, Next, _sentCommit) = (index, index + 1, index);
    }

    /// <summary>The snapshot did not arrive: start from what was known before it, at the next sign of life.</summary>
    public void SnapshotFailed()
    {
        PendingSnapshot = 0;
        BecomeProbe();
        IsFlowPaused = true;
    }

    /// <summary>The snapshot was delivered; its answer is waited for.</summary>
    public void SnapshotDelivered()
    {
        BecomeProbe();
        IsFlowPaused = true;
    }

    public void SentEntries(int count, long bytes)
    {
        if (State == ProgressState.Replicate)
        {
            if (count > 0)
            {
                Next += (ulong)count;
                _inflights.Add(Next - 1, bytes);
            }

            IsFlowPaused = _inflights.IsFull;
        }
        else
        {
            Check.That(State == ProgressState.Probe, "a member that waits for a snapshot gets no entries");
            IsFlowPaused |= count > 0;
        }
    }

    public void SentCommit(ulong commit) => _sentCommit = commit;

    /// <summary>Whether sending this commit index can tell it anything new.</summary>
    public bool CanBumpCommit(ulong commit) => commit > _sentCommit && _sentCommit < Next - 1;

    /// <summary>Takes an acknowledgement.</summary>
    /// <returns>False when it says nothing new.</returns>
    public bool TryAdvance(ulong index)
    {
        if (index <= Match)
        {
            return false;
        }

        Match = index;
        Next = Math.Max(Next, index + 1);
        IsFlowPaused = false;
        return true;
    }

    /// <summary>Takes the refusal of an append behind <paramref name="rejected"/>.</summary>
    /// <returns>False when a later answer already overtook it.</returns>
    public bool TryRetreat(ulong rejected, ulong hint)
    {
        if (State == ProgressState.Replicate)
        {
            if (rejected <= Match)
            {
                return false;
            }

            Next = Match + 1;
        }
        else
        {
            // One probe at a time: a refusal of another one is late.
            if (Next - 1 != rejected)
            {
                return false;
            }

            Next = Math.Max(Math.Min(rejected, hint + 1), Match + 1);
            IsFlowPaused = false;
        }

        _sentCommit = Math.Min(_sentCommit, Next - 1);
        return true;
    }

    public void FreeInflightTo(ulong index) => _inflights.FreeTo(index);

    public void Resume() => IsFlowPaused = false;

    private void Enter(ProgressState state)
    {
        (State, IsFlowPaused, PendingSnapshot, SnapshotTicks) = (state, false, 0, 0);
        _inflights.Reset();
    }
}
