namespace Swarm.Raft.Consensus;

/// <summary>
/// A promise of the consensus would be broken. The member that meets it has to stop and must not be started over the
/// same state before someone looked at it; the others go on without it.
/// </summary>
/// <param name="message">What was found.</param>
public sealed class RaftInvariantException(string message) : Exception(message);
