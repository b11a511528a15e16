namespace Swarm.Compose.Shapes;

/// <summary>A mapping with known keys.</summary>
internal sealed class RecordShape
{
    private readonly Dictionary<string, int> _indexes = new(StringComparer.Ordinal);

    public RecordShape(params ReadOnlySpan<FieldShape> fields)
    {
        Fields = [.. fields];
        for (var index = 0; index < Fields.Length; index++)
        {
            _indexes.Add(Fields[index].Key, index);
        }
    }

    /// <summary>The fields in the order in which they are printed.</summary>
    public FieldShape[] Fields { get; }

    /// <summary>True when unknown keys that begin with <c>x-</c> are kept and printed.</summary>
    public bool HasExtensions { get; init; }

    /// <summary>The field by which lists of such records are merged.</summary>
    public string KeyField { get; init; } = "";

    public int IndexOf(string key) => _indexes[key];
}

/// <summary>A known key of a mapping.</summary>
/// <param name="Key">As it is written and printed.</param>
/// <param name="Shape">What its value becomes.</param>
internal sealed record FieldShape(string Key, Shape Shape)
{
    /// <summary>The name under which it is looked for, and which messages show.</summary>
    public required string DecodeName { get; init; }

    /// <summary>True when it is printed although it is zero.</summary>
    public bool IsAlwaysPrinted { get; init; }

}
