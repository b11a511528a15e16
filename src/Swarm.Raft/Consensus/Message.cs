namespace Swarm.Raft.Consensus;

/// <summary>
/// One message between members, with the fields and the meaning of etcd's <c>raftpb.Message</c>. Fields that a type
/// does not use are zero.
/// </summary>
public readonly record struct Message
{
    /// <summary>What it says.</summary>
    public MessageType Type { get; init; }

    /// <summary>The receiver's id.</summary>
    public ulong To { get; init; }

    /// <summary>The sender's id.</summary>
    public ulong From { get; init; }

    /// <summary>The sender's term; for pre-votes the term that is asked for; 0 for read requests.</summary>
    public ulong Term { get; init; }

    /// <summary>
    /// Append: term of the entry before <see cref="Entries"/>. Vote: term of the candidate's last entry. Refused
    /// append: the term the follower has at <see cref="RejectHint"/>.
    /// </summary>
    public ulong LogTerm { get; init; }

    /// <summary>
    /// Append: index of the entry before <see cref="Entries"/>, returned in a refusal. Accepted append: last index on
    /// which the logs agree. Vote: the candidate's last index. Read answer: the index to wait for.
    /// </summary>
    public ulong Index { get; init; }

    /// <summary>
    /// Entries of an append, in order. In messages that the core hands out they are valid until the next output is
    /// taken; their payloads for as long as anybody refers to them.
    /// </summary>
    public ReadOnlyMemory<Entry> Entries { get; init; }

    /// <summary>
    /// Append, heartbeat: the leader's commit index, for a heartbeat no more than the receiver is known to hold. Votes
    /// and their answers: the sender's commit index, with <see cref="CommitTerm"/>.
    /// </summary>
    public ulong Commit { get; init; }

    /// <summary>Only inside an etcd process; carried for completeness of the vocabulary.</summary>
    public ulong Vote { get; init; }

    /// <summary>The snapshot of a <see cref="MessageType.Snap"/>.</summary>
    public Snapshot? Snapshot { get; init; }

    /// <summary>Whether the answer is no.</summary>
    public bool Reject { get; init; }

    /// <summary>Refused append: where the follower guesses the logs to agree.</summary>
    public ulong RejectHint { get; init; }

    /// <summary>
    /// Vote: <c>CampaignTransfer</c> when leadership was handed over. Heartbeat and answer: the contact round. Read
    /// request and answer: the request's name.
    /// </summary>
    public ReadOnlyMemory<byte> Context { get; init; }

    /// <summary>
    /// Our extension, 0 from members that do not know it: when the leader began to track the receiver, in indexes of
    /// the log. The receiver returns it, so that an answer from an earlier membership under the same id is recognized.
    /// </summary>
    public ulong Incarnation { get; init; }

    /// <summary>
    /// Our extension, 0 from members that do not know it: in votes and their answers the term of the entry at
    /// <see cref="Commit"/>. Whoever has that entry knows by it that it is committed, without a leader.
    /// </summary>
    public ulong CommitTerm { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{From}->{To} {Type} term {Term} log {LogTerm}/{Index} commit {Commit} entries {Entries.Length}"
        + (Reject ? $" reject hint {RejectHint}" : "");
}
