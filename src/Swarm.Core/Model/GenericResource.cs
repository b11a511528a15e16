namespace Swarm;

/// <summary>A user-defined resource: a <see cref="DiscreteResource"/> amount or one <see cref="NamedResource"/>.</summary>
/// <param name="ResourceKind">What it is, such as <c>gpu</c>.</param>
public abstract record GenericResource(string ResourceKind);

/// <summary>A number of interchangeable units.</summary>
/// <param name="ResourceKind">What it is.</param>
/// <param name="Amount">How many.</param>
public sealed record DiscreteResource(string ResourceKind, long Amount) : GenericResource(ResourceKind);

/// <summary>One unit with a name of its own.</summary>
/// <param name="ResourceKind">What it is.</param>
/// <param name="Value">The unit, such as a device id.</param>
public sealed record NamedResource(string ResourceKind, string Value) : GenericResource(ResourceKind);
