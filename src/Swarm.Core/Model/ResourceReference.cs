namespace Swarm;

/// <summary>A reference to an object that a task needs.</summary>
/// <param name="ResourceId">Id of the object.</param>
/// <param name="Type">Kind of the object.</param>
public sealed record ResourceReference(string ResourceId, ResourceType Type);
