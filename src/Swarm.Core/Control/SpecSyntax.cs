namespace Swarm.Control;

/// <summary>The small languages inside a spec; each reader throws <see cref="SwarmException"/>.</summary>
/// <param name="CheckConstraint">Reads a placement constraint.</param>
/// <param name="ExpandTemplates">Fills in the templates of a container with made-up values.</param>
internal sealed record SpecSyntax(Action<string> CheckConstraint, Func<ContainerSpec, ContainerSpec> ExpandTemplates);
