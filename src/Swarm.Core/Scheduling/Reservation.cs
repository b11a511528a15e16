namespace Swarm.Scheduling;

/// <summary>
/// A decision not committed yet: a task, its node, the generic resources set aside there, and the cluster volumes.
/// </summary>
internal readonly record struct Reservation(
    SwarmTask Task,
    NodeView Node,
    ValueList<GenericResource> Generic,
    ValueList<VolumeAttachment> Volumes = default);
