namespace Swarm.Raft.Consensus;

/// <summary>Bytes that should be a message or a membership change are not.</summary>
/// <param name="message">What is wrong with them.</param>
public sealed class RaftProtocolException(string message) : Exception(message);
