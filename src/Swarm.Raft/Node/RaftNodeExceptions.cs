namespace Swarm.Raft;

/// <summary>Another member leads, or nobody does. What was proposed was not appended here, or is not known to be committed.</summary>
public sealed class NotLeaderException : Exception
{
    /// <summary>Makes an error.</summary>
    /// <param name="leader">Who leads as far as is known; 0 for nobody.</param>
    /// <param name="mayCommit">Whether what was proposed may still turn up in the log.</param>
    public NotLeaderException(PeerId leader, bool mayCommit = false)
        : base(leader.IsNobody
            ? "no leader is known; try again when one is elected"
            : $"member {leader} leads; ask that one")
    {
        Leader = leader;
        MayCommit = mayCommit;
    }

    /// <summary>Who leads as far as is known; 0 for nobody.</summary>
    public PeerId Leader { get; }

    /// <summary>Whether what was proposed may still turn up in the log.</summary>
    public bool MayCommit { get; }
}

/// <summary>A proposal that this leader does not take.</summary>
/// <param name="message">Why.</param>
public sealed class ProposalRefusedException(string message) : Exception(message);

/// <summary>The node has stopped for good: its disk failed, its log is damaged, or its state machine threw.</summary>
/// <param name="message">What happened.</param>
/// <param name="innerException">The cause.</param>
public sealed class RaftFaultedException(string message, Exception innerException) : Exception(message, innerException);
