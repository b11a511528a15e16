using System.Collections.Immutable;
using System.Net;

namespace Swarm.Net.Bridges;

/// <summary>What this machine answers for the containers on its bridges.</summary>
/// <param name="Addresses">Addresses that lead to several containers.</param>
/// <param name="Resolvers">The name servers of containers.</param>
internal sealed record BridgeState(
    ImmutableArray<BridgeAddress> Addresses,
    ImmutableArray<BridgeResolver> Resolvers)
{
    /// <summary>Nothing.</summary>
    public static BridgeState Empty { get; } = new([], []);
}

/// <summary>An address of a bridge's subnet behind which containers of the same bridge are.</summary>
/// <param name="Bridge">The interface of the bridge.</param>
/// <param name="Address">The address, IPv4.</param>
/// <param name="Targets">The containers' addresses; none when whoever connects is to be refused.</param>
/// <param name="BySource">The same client gets to the same container, as long as they are the same.</param>
internal sealed record BridgeAddress(
    string Bridge,
    IPAddress Address,
    ImmutableArray<IPAddress> Targets,
    bool BySource = false);

/// <summary>The name server of a container.</summary>
/// <param name="Client">The container.</param>
/// <param name="Server">What it asks at port 53 of the bridge's own address is answered there.</param>
internal sealed record BridgeResolver(IPAddress Client, IPEndPoint Server);
