namespace Swarm;

/// <summary>A cluster volume.</summary>
public sealed record Volume : ClusterObject
{
    /// <summary>The id.</summary>
    public required VolumeId Id { get; init; }

    /// <summary>What the user wants.</summary>
    public required VolumeSpec Spec { get; init; }

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

    /// <summary>Group it belongs to; a mount may ask for any volume of a group.</summary>
    public string Group { get; init; } = "";

    /// <summary>The storage plugin.</summary>
    public Driver? Driver { get; init; }

    /// <summary>Whether tasks may use it.</summary>
    public NodeAvailability Availability { get; init; }
}
