namespace Swarm.Raft;

/// <summary>What a member is at a moment.</summary>
/// <param name="Role">Its role.</param>
/// <param name="Term">The term it is in.</param>
/// <param name="Leader">Who leads as far as it knows; 0 for nobody.</param>
/// <param name="IsReady">
/// Whether it leads and has applied all that earlier leaders committed: only then it may decide by its own state.
/// </param>
public sealed record RaftState(RaftRole Role, ulong Term, ulong Leader, bool IsReady);
