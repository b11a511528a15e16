namespace Swarm;

/// <summary>A kind of <see cref="Resource"/> that a program has added to the swarm.</summary>
public sealed record Extension : ClusterObject
{
    /// <summary>The id.</summary>
    public required ExtensionId Id { get; init; }

    /// <summary>Name (what <see cref="Resource.ResourceKind"/> refers to) and labels.</summary>
    public Annotations Annotations { get; init; } = Annotations.Empty;

    /// <summary>What it is for.</summary>
    public string Description { get; init; } = "";

    /// <inheritdoc/>
    public override string Key => Id.Value;

    /// <inheritdoc/>
    public override ObjectKind Kind => ObjectKind.Extension;
}
