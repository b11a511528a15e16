namespace Swarm.Scheduling;

/// <summary>A decision not committed yet: a task, its node, and the generic resources set aside there.</summary>
internal readonly record struct Reservation(SwarmTask Task, NodeView Node, ValueList<GenericResource> Generic);
