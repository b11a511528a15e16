namespace Swarm;

/// <summary>A place as storage plugins see it, such as region and zone.</summary>
/// <param name="Segments">Its parts by name.</param>
public sealed record Topology(ValueDictionary<string> Segments);

/// <summary>Where a cluster volume must or should be reachable.</summary>
/// <param name="Requisite">From at least one of these places.</param>
/// <param name="Preferred">Preferably from these, the first most of all.</param>
public sealed record TopologyRequirement(
    ValueList<Topology> Requisite = default,
    ValueList<Topology> Preferred = default);
