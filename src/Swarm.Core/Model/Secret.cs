namespace Swarm;

/// <summary>A secret; its value is never read back through the API.</summary>
public sealed record Secret : ClusterObject
{
    /// <summary>The id.</summary>
    public required SecretId Id { get; init; }

    /// <summary>What the user gave.</summary>
    public required SecretSpec Spec { get; init; }

    /// <summary>Made by the system; hidden from lists.</summary>
    public bool Internal { get; init; }

    /// <inheritdoc/>
    public override string Key => Id.Value;

    /// <inheritdoc/>
    public override ObjectKind Kind => ObjectKind.Secret;
}

/// <summary>What a user gives for a secret.</summary>
public sealed record SecretSpec
{
    /// <summary>Name, at most 64 characters.</summary>
    public string Name { get; init; } = "";

    /// <summary>Labels.</summary>
    public ValueDictionary<string> Labels { get; init; }

    /// <summary>Custom index entries; only programs that embed the swarm use them.</summary>
    public ValueList<IndexEntry> Indices { get; init; }

    /// <summary>The value: 1 to 511,999 bytes.</summary>
    public ValueList<byte> Data { get; init; }

    /// <summary>Expands the value on the node; null means as it is.</summary>
    public Driver? Templating { get; init; }

    /// <summary>Fetches the value from elsewhere; null means <see cref="Data"/>.</summary>
    public Driver? Driver { get; init; }

    /// <summary>Name and sizes only; the value never reaches a log through this.</summary>
    /// <returns>A description without the value.</returns>
    public override string ToString() => $"SecretSpec {{ Name = {Name}, {Data.Count} bytes }}";
}
