namespace Swarm.Raft.Quorum;

/// <summary>Where a vote stands.</summary>
internal enum VoteResult
{
    /// <summary>Either way is still possible.</summary>
    Pending = 1,

    /// <summary>A majority can no longer be reached.</summary>
    Lost = 2,

    /// <summary>A majority said yes.</summary>
    Won = 3,
}
