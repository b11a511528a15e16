namespace Swarm;

/// <summary>A cluster volume.</summary>
public sealed record Volume : ClusterObject
{
    /// <summary>The id.</summary>
    public required VolumeId Id { get; init; }

    /// <summary>What the user wants.</summary>
    public required VolumeSpec Spec { get; init; }

    /// <summary>The nodes it is published on, or about to be.</summary>
    public ValueList<VolumePublishStatus> PublishStatus { get; init; }

    /// <summary>What its plugin said when it was made; null before.</summary>
    public VolumeInfo? Info { get; init; }

    /// <summary>To be deleted as soon as it is published nowhere.</summary>
    public bool PendingDelete { get; init; }

    /// <inheritdoc/>
    public override string Key => Id.Value;

    /// <inheritdoc/>
    public override ObjectKind Kind => ObjectKind.Volume;
}

/// <summary>What a user asks of a cluster volume.</summary>
public sealed record VolumeSpec
{
    /// <summary>Name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Labels.</summary>
    public ValueDictionary<string> Labels { get; init; }

    /// <summary>Custom index entries; only programs that embed the swarm use them.</summary>
    public ValueList<IndexEntry> Indices { get; init; }

    /// <summary>Group it belongs to; a mount may ask for any volume of a group.</summary>
    public string Group { get; init; } = "";

    /// <summary>The storage plugin.</summary>
    public Driver? Driver { get; init; }

    /// <summary>Whether tasks may use it.</summary>
    public NodeAvailability Availability { get; init; }

    /// <summary>Who may use it how; null in a spec that is not valid.</summary>
    public VolumeAccessMode? AccessMode { get; init; }

    /// <summary>Secrets for the plugin.</summary>
    public ValueList<VolumeSecret> Secrets { get; init; }

    /// <summary>Where it must or should be reachable; null means anywhere.</summary>
    public TopologyRequirement? Accessibility { get; init; }

    /// <summary>Its size; null lets the plugin choose.</summary>
    public CapacityRange? Capacity { get; init; }
}
