namespace Swarm;

/// <summary>An object of a kind that an <see cref="Extension"/> defines; the swarm keeps it and does nothing with it.</summary>
public sealed record Resource : ClusterObject
{
    /// <summary>The id.</summary>
    public required ResourceId Id { get; init; }

    /// <summary>Name and labels.</summary>
    public Annotations Annotations { get; init; } = Annotations.Empty;

    /// <summary>Name of its <see cref="Extension"/>.</summary>
    public required string ResourceKind { get; init; }

    /// <summary>The content; null for none.</summary>
    public TypedPayload? Payload { get; init; }

    /// <inheritdoc/>
    public override string Key => Id.Value;

    /// <inheritdoc/>
    public override ObjectKind Kind => ObjectKind.Resource;
}
