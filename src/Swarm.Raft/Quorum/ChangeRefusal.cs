namespace Swarm.Raft.Quorum;

/// <summary>Why a membership change has no effect.</summary>
public enum ChangeRefusal
{
    /// <summary>It has one.</summary>
    None = 0,

    /// <summary>A joint configuration has to be left first.</summary>
    AlreadyJoint,

    /// <summary>There is no joint configuration to leave.</summary>
    NotJoint,

    /// <summary>A membership without voters cannot become joint.</summary>
    NoVoters,

    /// <summary>Nobody would be left to vote.</summary>
    RemovesAllVoters,

    /// <summary>More than one voter would change without a joint configuration.</summary>
    NeedsJoint,

    /// <summary>An operation of a kind that does not exist.</summary>
    UnknownOperation,
}
