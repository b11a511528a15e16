namespace Swarm.Raft;

/// <summary>What a member is in its term. Numbers are etcd's <c>StateType</c>.</summary>
public enum RaftRole
{
    /// <summary>It follows a leader, or waits for one.</summary>
    Follower = 0,

    /// <summary>It asks for votes in its term.</summary>
    Candidate = 1,

    /// <summary>It leads its term.</summary>
    Leader = 2,

    /// <summary>It asks whether it would get votes in the next term.</summary>
    PreCandidate = 3,
}
