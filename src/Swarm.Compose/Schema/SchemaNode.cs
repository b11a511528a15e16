namespace Swarm.Compose.Schema;

/// <summary>What a value may be. The words and their meaning are those of JSON Schema, draft 4.</summary>
internal sealed record SchemaNode
{
    // First: the schemas below are made with it.
    private static readonly Dictionary<string, SchemaNode> Nothing = [];

    public static readonly SchemaNode Anything = new();

    public static readonly SchemaNode Text = OfType("string");

    public static readonly SchemaNode Boolean = OfType("boolean");

    public static readonly SchemaNode Integer = OfType("integer");

    public static readonly SchemaNode Number = OfType("number");

    public static readonly SchemaNode Duration = Text with { Format = "duration" };

    /// <summary>Names of types; none means any.</summary>
    public ValueList<string> Types { get; init; }

    public ValueList<SchemaNode> OneOf { get; init; }

    public IReadOnlyDictionary<string, SchemaNode> Properties { get; init; } = Nothing;

    /// <summary>Schemas for keys that match.</summary>
    public ValueList<KeyPattern> Patterns { get; init; }

    /// <summary>False when only the keys above are allowed.</summary>
    public bool IsOpen { get; init; } = true;

    public ValueList<string> Required { get; init; }

    public SchemaNode? Items { get; init; }

    public bool HasUniqueItems { get; init; }

    public string Format { get; init; } = "";

    public ValueList<string> Allowed { get; init; }

    public double? Minimum { get; init; }

    public static SchemaNode OfType(params ReadOnlySpan<string> types) => new() { Types = [.. types] };

    public static SchemaNode ListOf(SchemaNode items, bool unique = false) =>
        new() { Types = ["array"], Items = items, HasUniqueItems = unique };

    public static SchemaNode Either(params ReadOnlySpan<SchemaNode> branches) => new() { OneOf = [.. branches] };

    /// <summary>A mapping whose keys are known.</summary>
    public static SchemaNode Closed(Dictionary<string, SchemaNode> properties) =>
        new() { Types = ["object"], Properties = properties, IsOpen = false };

    /// <summary>A mapping that may have more keys.</summary>
    public static SchemaNode Open(Dictionary<string, SchemaNode> properties) =>
        new() { Types = ["object"], Properties = properties };
}

/// <summary>Which keys a schema is for.</summary>
internal sealed record KeyPattern(Func<string, bool> Matches, SchemaNode Schema);
