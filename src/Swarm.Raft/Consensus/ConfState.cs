using Swarm.Raft.Quorum;

namespace Swarm.Raft.Consensus;

/// <summary>A membership, as snapshots carry it.</summary>
public sealed record ConfState
{
    /// <summary>A membership without members: that of a member to be.</summary>
    public static ConfState Empty { get; } = new();

    /// <summary>Who votes; in a joint configuration the voters of the incoming half.</summary>
    public MemberSet Voters { get; init; }

    /// <summary>Who receives the log without a vote.</summary>
    public MemberSet Learners { get; init; }

    /// <summary>The voters of the outgoing half; empty unless the configuration is joint.</summary>
    public MemberSet VotersOutgoing { get; init; }

    /// <summary>Outgoing voters that become learners once the joint configuration is left.</summary>
    public MemberSet LearnersNext { get; init; }

    /// <summary>Whether the leader leaves the joint configuration by itself.</summary>
    public bool AutoLeave { get; init; }

    /// <summary>Whether decisions need a majority of two sets of voters.</summary>
    public bool IsJoint => VotersOutgoing.Count > 0;

    /// <summary>Whether it names nobody.</summary>
    public bool IsEmpty => Voters.Count == 0 && Learners.Count == 0 && VotersOutgoing.Count == 0;
}
