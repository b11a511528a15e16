namespace Swarm.Compose.Conversion;

/// <summary>How a stack names and marks its objects.</summary>
internal sealed record StackNamespace(string Name)
{
    /// <summary>The label that makes an object part of a stack; names alone do not.</summary>
    public const string Label = "com.docker.stack.namespace";

    /// <summary>The image as the stack file has it, before a digest was added.</summary>
    public const string ImageLabel = "com.docker.stack.image";

    public string Scope(string name) => $"{Name}_{name}";

    public string Descope(string name) =>
        name.StartsWith(Name + "_", StringComparison.Ordinal) ? name[(Name.Length + 1)..] : name;

    /// <summary>Labels of an object, with the one of the stack.</summary>
    public SortedDictionary<string, string> Mark(IEnumerable<KeyValuePair<string, object?>>? labels)
    {
        var marked = Plain(labels) ?? new(StringComparer.Ordinal);
        marked[Label] = Name;
        return marked;
    }

    /// <summary>A map of texts, sorted; null stays null.</summary>
    public static SortedDictionary<string, string>? Plain(IEnumerable<KeyValuePair<string, object?>>? map)
    {
        if (map is null)
        {
            return null;
        }

        var plain = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in map)
        {
            plain[key] = (string?)value ?? "";
        }

        return plain;
    }
}
