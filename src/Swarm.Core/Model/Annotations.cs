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
}
