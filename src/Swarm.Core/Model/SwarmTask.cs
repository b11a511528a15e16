namespace Swarm;

/// <summary>One scheduled unit of a service; never restarted, always replaced.</summary>
public sealed record SwarmTask : ClusterObject
{
    /// <summary>The id.</summary>
    public required TaskId Id { get; init; }

    /// <summary>What it runs; shared with the service it was made from.</summary>
    public required TaskSpec Spec { get; init; }

    /// <summary>The service; empty for tasks without one.</summary>
    public ServiceId ServiceId { get; init; }

    /// <summary>Stable number of the replica from 1 (jobs: from 0); 0 for tasks of global services.</summary>
    public int Slot { get; init; }

    /// <summary>The node; empty until assigned, then never changed.</summary>
    public NodeId NodeId { get; init; }

    /// <summary>Name and labels of the task itself; mostly empty.</summary>
    public Annotations Annotations { get; init; } = Annotations.Empty;

    /// <summary>Name and labels of its service.</summary>
    public Annotations ServiceAnnotations { get; init; } = Annotations.Empty;

    /// <summary>What is known of it; its state only moves forward.</summary>
    public SwarmTaskStatus Status { get; init; } = SwarmTaskStatus.New;

    /// <summary>What the managers want of it; only moves forward.</summary>
    public TaskState DesiredState { get; init; }

    /// <summary>Networks it is attached to.</summary>
    public ValueList<NetworkAttachment> Networks { get; init; }

    /// <summary>The service's endpoint as allocated.</summary>
    public ServiceEndpoint? Endpoint { get; init; }

    /// <summary>The log driver in force.</summary>
    public Driver? LogDriver { get; init; }

    /// <summary><see cref="Service.SpecVersion"/> it was made from; null for tasks without a service.</summary>
    public ObjectVersion? SpecVersion { get; init; }

    /// <summary>Generic resources set aside for it.</summary>
    public ValueList<GenericResource> AssignedGenericResources { get; init; }

    /// <summary>Iteration of the job; null for tasks of other services.</summary>
    public ObjectVersion? JobIteration { get; init; }

    /// <summary>Cluster volumes set aside for it.</summary>
    public ValueList<VolumeAttachment> Volumes { get; init; }

    /// <summary>
    /// <c>service.slot.id</c>, with the node's id in place of slot 0, unless the task has a name of its own
    /// (SwarmKit's <c>naming.Task</c>).
    /// </summary>
    public string Name => Annotations.Name.Length > 0
        ? Annotations.Name
        : string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"{ServiceAnnotations.Name}.{(Slot != 0 ? (object)Slot : NodeId)}.{Id}");

    /// <inheritdoc/>
    public override string Key => Id.Value;

    /// <inheritdoc/>
    public override ObjectKind Kind => ObjectKind.Task;
}
