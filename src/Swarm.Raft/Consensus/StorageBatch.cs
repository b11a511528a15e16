namespace Swarm.Raft.Consensus;

/// <summary>What was handed to the store and is not reported durable.</summary>
/// <param name="Token">Its name.</param>
/// <param name="Tick">When it was handed over.</param>
/// <param name="Term">The term and, with <paramref name="Vote"/>, the vote that are durable with it.</param>
/// <param name="Vote">That vote.</param>
/// <param name="LastIndex">Where the log ended; all of it is durable with this batch or those before.</param>
/// <param name="LastTerm">The term of that entry.</param>
/// <param name="SnapshotIndex">The snapshot in it; 0 for none.</param>
internal readonly record struct StorageBatch(
    ulong Token, long Tick, ulong Term, ulong Vote, ulong LastIndex, ulong LastTerm, ulong SnapshotIndex);
