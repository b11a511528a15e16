namespace Swarm;

/// <summary>A manager's place in the quorum.</summary>
/// <param name="RaftId">Its Raft member id.</param>
/// <param name="Address">Its address, as <c>host:port</c>.</param>
/// <param name="Leader">True for the leader.</param>
/// <param name="Reachability">Whether the others reach it.</param>
public sealed record ManagerStatus(ulong RaftId, string Address, bool Leader, Reachability Reachability);
