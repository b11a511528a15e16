namespace Swarm.Raft.Consensus;

/// <summary>What a member must not forget over a restart, besides its log.</summary>
/// <param name="Term">The newest term it has seen; 0 before the first.</param>
/// <param name="Vote">Whom it voted for in that term; 0 for nobody.</param>
/// <param name="Commit">An index known to be committed. Advisory: losing an increase costs time, never safety.</param>
public readonly record struct HardState(ulong Term, ulong Vote, ulong Commit)
{
    /// <summary>Whether nothing was ever saved.</summary>
    public bool IsEmpty => this == default;
}
