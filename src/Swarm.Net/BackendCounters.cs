namespace Swarm.Net;

/// <summary>What is counted of a back end behind one front end.</summary>
/// <param name="Frontend">The front end.</param>
/// <param name="Backend">The back end as it was last given.</param>
/// <param name="ActiveConnections">Open connections, or flows of UDP.</param>
/// <param name="TotalConnections">Connections since the back end is known.</param>
/// <param name="ConnectFailures">Attempts to reach it that failed.</param>
public sealed record BackendCounters(
    Frontend Frontend,
    Backend Backend,
    long ActiveConnections,
    long TotalConnections,
    long ConnectFailures);
