namespace Swarm;

/// <summary>Spread tasks evenly over the values of a label.</summary>
/// <param name="SpreadDescriptor">The label, such as <c>node.labels.zone</c>.</param>
public sealed record PlacementPreference(string SpreadDescriptor);
