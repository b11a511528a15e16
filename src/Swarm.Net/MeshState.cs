using System.Collections.Immutable;

namespace Swarm.Net;

/// <summary>All that a data plane is to do.</summary>
/// <param name="Servers">The virtual servers; no front end twice.</param>
public sealed record MeshState(ImmutableArray<VirtualServer> Servers)
{
    /// <summary>Nothing at all.</summary>
    public static MeshState Empty { get; } = new([]);
}
