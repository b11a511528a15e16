using Swarm.Compose.Yaml;

namespace Swarm.Compose.Values;

internal enum ValueKind
{
    Null,
    Boolean,
    Integer,
    Unsigned,
    Float,
    Text,
    Timestamp,
    List,
    Map,

    /// <summary>A mapping with a key that is not text; nothing can be done with it.</summary>
    OddMap,
}

/// <summary>A typed value of a stack file. Where it stands is kept for messages.</summary>
internal sealed class Value
{
    private Value(ValueKind kind, SourceMark mark, object? content)
    {
        Kind = kind;
        Mark = mark;
        Content = content;
    }

    public ValueKind Kind { get; }

    public SourceMark Mark { get; }

    public bool IsScalar => Kind < ValueKind.List;

    /// <summary>A <c>bool</c>, <c>long</c>, <c>ulong</c>, <c>double</c>, <c>string</c> or timestamp.</summary>
    public object? Content { get; }

    public string Text => (string)Content!;

    public long Integer => (long)Content!;

    public List<Value> Items => (List<Value>)Content!;

    public ValueMap Map => (ValueMap)Content!;

    /// <summary>The name that messages give its type.</summary>
    public string GoType => Kind switch
    {
        ValueKind.Null => "<nil>",
        ValueKind.Boolean => "bool",
        ValueKind.Integer => "int",
        ValueKind.Unsigned => "uint64",
        ValueKind.Float => "float64",
        ValueKind.Text => "string",
        ValueKind.Timestamp => "time.Time",
        ValueKind.List => "[]interface {}",
        ValueKind.Map => "map[string]interface {}",
        _ => "map[interface {}]interface {}",
    };

    /// <summary>The name that messages give the family of its type.</summary>
    public string GoKind => Kind switch
    {
        ValueKind.Timestamp => "struct",
        ValueKind.List => "slice",
        ValueKind.Map or ValueKind.OddMap => "map",
        _ => GoType,
    };

    public static Value OfNull(SourceMark mark) => new(ValueKind.Null, mark, null);

    public static Value Of(bool value, SourceMark mark) => new(ValueKind.Boolean, mark, value);

    public static Value Of(long value, SourceMark mark) => new(ValueKind.Integer, mark, value);

    public static Value Of(ulong value, SourceMark mark) => new(ValueKind.Unsigned, mark, value);

    public static Value Of(double value, SourceMark mark) => new(ValueKind.Float, mark, value);

    public static Value Of(string value, SourceMark mark) => new(ValueKind.Text, mark, value);

    public static Value Of(YamlTimestamp value, SourceMark mark) => new(ValueKind.Timestamp, mark, value);

    public static Value Of(List<Value> items, SourceMark mark) => new(ValueKind.List, mark, items);

    public static Value Of(ValueMap map, SourceMark mark) =>
        new(map.HasOddKey ? ValueKind.OddMap : ValueKind.Map, mark, map);

    /// <summary>The member of a mapping; null when this is no mapping or has no such key.</summary>
    public Value? this[string key] =>
        Kind == ValueKind.Map && Map.TryGetValue(key, out var member) ? member.Value : null;
}

/// <summary>A member of a mapping and where its key stands.</summary>
internal readonly record struct ValueMember(Value Value, SourceMark KeyMark);

/// <summary>The members of a mapping, in the order of the file.</summary>
internal sealed class ValueMap() : OrderedDictionary<string, ValueMember>(StringComparer.Ordinal)
{
    public bool HasOddKey { get; init; }
}
