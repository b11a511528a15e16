namespace Swarm.Raft.Consensus;

/// <summary>What a message says. Numbers are etcd's <c>raftpb.MessageType</c>.</summary>
/// <remarks>
/// Numbers that only ever travel inside one etcd process are listed so that they are recognized and refused.
/// </remarks>
public enum MessageType
{
    /// <summary>Inside one member: start an election.</summary>
    Hup = 0,

    /// <summary>Inside one member: send heartbeats.</summary>
    Beat = 1,

    /// <summary>A proposal that a follower passes on. Our members neither send nor accept it.</summary>
    Prop = 2,

    /// <summary>
    /// Leader to member: entries behind (<see cref="Message.Index"/>, <see cref="Message.LogTerm"/>).
    /// </summary>
    App = 3,

    /// <summary>
    /// Answer to <see cref="App"/> and <see cref="Snap"/>: the index up to which the logs agree, or a refusal.
    /// </summary>
    AppResp = 4,

    /// <summary>Candidate to voter: a vote in <see cref="Message.Term"/>.</summary>
    Vote = 5,

    /// <summary>Answer to <see cref="Vote"/>.</summary>
    VoteResp = 6,

    /// <summary>Leader to member: a snapshot in place of entries that are gone.</summary>
    Snap = 7,

    /// <summary>Leader to member: still here.</summary>
    Heartbeat = 8,

    /// <summary>Answer to <see cref="Heartbeat"/>; returns its context.</summary>
    HeartbeatResp = 9,

    /// <summary>Inside one member: a peer did not receive a message.</summary>
    Unreachable = 10,

    /// <summary>Inside one member: how the delivery of a snapshot went.</summary>
    SnapStatus = 11,

    /// <summary>Inside one member: does a majority still answer.</summary>
    CheckQuorum = 12,

    /// <summary>To the leader: hand leadership to <see cref="Message.From"/>.</summary>
    TransferLeader = 13,

    /// <summary>Leader to the chosen successor: campaign now.</summary>
    TimeoutNow = 14,

    /// <summary>Follower to leader: what index must a linearizable read wait for.</summary>
    ReadIndex = 15,

    /// <summary>Answer to <see cref="ReadIndex"/>.</summary>
    ReadIndexResp = 16,

    /// <summary>Would-be candidate to voter: would I get a vote in <see cref="Message.Term"/>.</summary>
    PreVote = 17,

    /// <summary>Answer to <see cref="PreVote"/>.</summary>
    PreVoteResp = 18,

    /// <summary>Inside one etcd process: work for its log writer.</summary>
    StorageAppend = 19,

    /// <summary>Inside one etcd process: answer of its log writer.</summary>
    StorageAppendResp = 20,

    /// <summary>Inside one etcd process: work for its apply loop.</summary>
    StorageApply = 21,

    /// <summary>Inside one etcd process: answer of its apply loop.</summary>
    StorageApplyResp = 22,

    /// <summary>Inside one etcd process: follow nobody.</summary>
    ForgetLeader = 23,
}
