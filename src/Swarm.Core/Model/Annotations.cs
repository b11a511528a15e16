namespace Swarm;

/// <summary>A name and labels.</summary>
public sealed record Annotations
{
    /// <summary>No name, no labels.</summary>
    public static Annotations Empty { get; } = new();

    /// <summary>The name; empty where the object needs none.</summary>
    public string Name { get; init; } = "";

    /// <summary>User labels.</summary>
    public ValueDictionary<string> Labels { get; init; }

    /// <summary>Custom index entries; only programs that embed the swarm use them.</summary>
    public ValueList<IndexEntry> Indices { get; init; }
}

/// <summary>A value under which an object can be found besides its id and name.</summary>
/// <param name="Key">Name of the index.</param>
/// <param name="Value">The value.</param>
public sealed record IndexEntry(string Key, string Value);
