namespace Swarm;

/// <summary>A service's address on one network.</summary>
/// <param name="NetworkId">The network.</param>
/// <param name="Address">Address and prefix length, such as <c>10.0.1.5/24</c>; empty on node-local networks.</param>
public sealed record VirtualAddress(NetworkId NetworkId, string Address);
