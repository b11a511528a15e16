namespace Swarm;

/// <summary>A service: the desired state of a set of identical tasks.</summary>
public sealed record Service : ClusterObject
{
    /// <summary>The id.</summary>
    public required ServiceId Id { get; init; }

    /// <summary>What the user wants; only a user's update or a rollback changes it.</summary>
    public required ServiceSpec Spec { get; init; }

    /// <summary>The spec before the last update; null for a service never updated.</summary>
    public ServiceSpec? PreviousSpec { get; init; }

    /// <summary>Counts the changes of <see cref="Spec"/>: the object version the client named; 0 at creation.</summary>
    public ObjectVersion SpecVersion { get; init; }

    /// <summary><see cref="SpecVersion"/> of <see cref="PreviousSpec"/>.</summary>
    public ObjectVersion? PreviousSpecVersion { get; init; }

    /// <summary>Allocated ports and virtual addresses; null until the allocator has seen the service.</summary>
    public ServiceEndpoint? Endpoint { get; init; }

    /// <summary>The rolling update or rollback in progress or last ended; null when there was none since the last change.</summary>
    public RolloutStatus? RolloutStatus { get; init; }

    /// <summary>Iteration of a job; null for services that are not jobs.</summary>
    public JobStatus? JobStatus { get; init; }

    /// <summary>Marked for deletion; SwarmKit reserves the mark, nobody sets it.</summary>
    public bool PendingDelete { get; init; }

    /// <inheritdoc/>
    public override string Key => Id.Value;

    /// <inheritdoc/>
    public override ObjectKind Kind => ObjectKind.Service;
}
