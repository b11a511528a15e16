using Swarm.Raft.Quorum;

namespace Swarm.Raft.Consensus;

/// <summary>What became of a message of a peer.</summary>
public enum StepStatus
{
    /// <summary>It was taken into account; an outdated one may have changed nothing.</summary>
    Handled = 0,

    /// <summary>Its type does not exist.</summary>
    UnknownType,

    /// <summary>Its type only exists inside one member, or is one that members do not accept from each other.</summary>
    NotForPeers,

    /// <summary>It is addressed to another member.</summary>
    WrongReceiver,

    /// <summary>Its sender is nobody, or this member itself.</summary>
    WrongSender,

    /// <summary>A term or an index is out of range for its type.</summary>
    OutOfRange,

    /// <summary>Its entries have gaps, or terms that go down or exceed the message's.</summary>
    BadEntries,

    /// <summary>Its snapshot is missing, or contradicts itself or the message.</summary>
    BadSnapshot,

    /// <summary>It claims leadership in the term that this member leads.</summary>
    SecondLeader,
}

/// <summary>Whether a proposal was appended.</summary>
public enum ProposeStatus
{
    /// <summary>It was appended. Whether it commits is seen when it is applied.</summary>
    Accepted = 0,

    /// <summary>This member does not lead; ask the leader.</summary>
    NotLeader,

    /// <summary>Leadership is being handed over; ask the next leader.</summary>
    TransferInProgress,

    /// <summary>Too many bytes wait to be applied; ask again later.</summary>
    Busy,

    /// <summary>An entry exceeds the limit; asking again is no use.</summary>
    TooLarge,

    /// <summary>A membership change is refused; <see cref="ProposeResult.Refusal"/> has the reason.</summary>
    ChangeRefused,

    /// <summary>Another membership change is not in force yet, or the term is too young; ask again later.</summary>
    ChangePending,
}

/// <summary>The outcome of a proposal.</summary>
/// <param name="Status">Whether it was appended.</param>
/// <param name="FirstIndex">The index of its first entry; 0 if it was not appended.</param>
/// <param name="Term">The term of its entries; 0 if it was not appended.</param>
/// <param name="Refusal">Why a membership change is refused.</param>
public readonly record struct ProposeResult(
    ProposeStatus Status, ulong FirstIndex = 0, ulong Term = 0, ChangeRefusal Refusal = ChangeRefusal.None)
{
    /// <summary>Whether it was appended.</summary>
    public bool IsAccepted => Status == ProposeStatus.Accepted;
}

/// <summary>Whether a hand-over of leadership began.</summary>
public enum TransferStatus
{
    /// <summary>
    /// It began, or already ran towards the same member. It ends with another leader, or after an election timeout.
    /// </summary>
    Started = 0,

    /// <summary>This member does not lead.</summary>
    NotLeader,

    /// <summary>The target is this member.</summary>
    AlreadyLeader,

    /// <summary>The target does not vote.</summary>
    NotVoter,
}

/// <summary>Whether a read request is under way.</summary>
public enum ReadStatus
{
    /// <summary>It is. It may get no answer: when messages are lost, or the leader changes.</summary>
    Started = 0,

    /// <summary>No leader is known.</summary>
    NoLeader,

    /// <summary>Too many requests wait.</summary>
    Busy,
}

/// <summary>A linearizable read that may run once its index is applied.</summary>
/// <param name="Context">The request's name.</param>
/// <param name="Index">The index to have applied.</param>
public readonly record struct ReadState(ReadOnlyMemory<byte> Context, ulong Index);

/// <summary>A membership that came into force.</summary>
/// <param name="Index">The entry or snapshot that brought it.</param>
/// <param name="State">The membership from that index on.</param>
/// <param name="Refusal">Why the entry's change had no effect; then <paramref name="State"/> is the one before.</param>
public readonly record struct MembershipChange(ulong Index, ConfState State, ChangeRefusal Refusal);
