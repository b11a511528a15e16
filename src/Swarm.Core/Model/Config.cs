namespace Swarm;

/// <summary>A config: a file that tasks get.</summary>
public sealed record Config : ClusterObject
{
    /// <summary>The id.</summary>
    public required ConfigId Id { get; init; }

    /// <summary>What the user gave.</summary>
    public required ConfigSpec Spec { get; init; }

    /// <inheritdoc/>
    public override string Key => Id.Value;

    /// <inheritdoc/>
    public override ObjectKind Kind => ObjectKind.Config;
}

/// <summary>What a user gives for a config.</summary>
public sealed record ConfigSpec
{
    /// <summary>Name, at most 64 characters.</summary>
    public string Name { get; init; } = "";

    /// <summary>Labels.</summary>
    public ValueDictionary<string> Labels { get; init; }

    /// <summary>Custom index entries; only programs that embed the swarm use them.</summary>
    public ValueList<IndexEntry> Indices { get; init; }

    /// <summary>The content: 1 to 1,023,999 bytes.</summary>
    public ValueList<byte> Data { get; init; }

    /// <summary>Expands the content on the node; null means as it is.</summary>
    public Driver? Templating { get; init; }
}
