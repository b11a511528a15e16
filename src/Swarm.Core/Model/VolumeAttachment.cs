namespace Swarm;

/// <summary>A cluster volume that a task uses.</summary>
/// <param name="Id">The volume.</param>
/// <param name="Source">Source of the mount, as in the spec.</param>
/// <param name="Target">Target of the mount, as in the spec.</param>
public sealed record VolumeAttachment(VolumeId Id, string Source, string Target);
