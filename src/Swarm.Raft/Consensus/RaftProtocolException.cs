namespace Swarm.Raft.Consensus;

/// <summary>Bytes that should describe a membership change do not.</summary>
/// <param name="message">What is wrong with them.</param>
public sealed class RaftProtocolException(string message) : Exception(message);
