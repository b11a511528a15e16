using Swarm.Compose.Values;

namespace Swarm.Compose.Shapes;

/// <summary>
/// A mapping that was read. A field holds a <c>string</c>, <c>bool</c>, <c>long</c>, <c>ulong</c>, <c>float</c>,
/// <c>List&lt;object?&gt;</c>, <see cref="StackMap"/>, <see cref="StackRecord"/> or <see cref="Value"/>, by its shape;
/// null stands for what is absent and optional.
/// </summary>
internal sealed class StackRecord
{
    private readonly object?[] _fields;

    public StackRecord(RecordShape shape, SourceMark mark)
    {
        Shape = shape;
        Mark = mark;
        _fields = Array.ConvertAll(shape.Fields, field => ZeroOf(field.Shape, mark));
    }

    public RecordShape Shape { get; }

    /// <summary>Where it stands.</summary>
    public SourceMark Mark { get; }

    /// <summary>Where its members stand, for messages.</summary>
    public Value? Source { get; init; }

    /// <summary>Data of a secret or config that stands in the stack file itself; null when it is in a file.</summary>
    public byte[]? InlineData { get; set; }

    /// <summary>Keys that begin with <c>x-</c>.</summary>
    public ValueMap? Extensions { get; set; }

    public object? this[int index]
    {
        get => _fields[index];
        set => _fields[index] = value;
    }

    public object? this[string key]
    {
        get => _fields[Shape.IndexOf(key)];
        set => _fields[Shape.IndexOf(key)] = value;
    }

    public string Text(string key) => (string)this[key]!;

    public bool Flag(string key) => (bool)this[key]!;

    public long Integer(string key) => (long)this[key]!;

    public long? Duration(string key) => (long?)this[key];

    public ulong? Unsigned(string key) => (ulong?)this[key];

    public StackRecord Child(string key) => (StackRecord)this[key]!;

    public StackRecord? OptionalChild(string key) => (StackRecord?)this[key];

    public StackMap? Map(string key) => (StackMap?)this[key];

    public List<string>? Texts(string key) => ((List<object?>?)this[key])?.ConvertAll(item => (string)item!);

    public IEnumerable<StackRecord> Records(string key) => ((List<object?>?)this[key] ?? []).Cast<StackRecord>();

    /// <summary>Where a member stands; where the record stands when it has no such member.</summary>
    public SourceMark MarkOf(params ReadOnlySpan<string> path)
    {
        var mark = Mark;
        var value = Source;
        foreach (var key in path)
        {
            value = value?[key];
            mark = value?.Mark ?? mark;
        }

        return mark;
    }

    /// <summary>The value of a field that was not given.</summary>
    public static object? ZeroOf(Shape shape, SourceMark mark = default) => shape switch
    {
        { IsOptional: true } or { IsCollection: true } or { Kind: ShapeKind.Any } => null,
        { Kind: ShapeKind.Text } => "",
        { Kind: ShapeKind.Boolean } => false,
        { Kind: ShapeKind.Unsigned or ShapeKind.Unsigned32 } => 0UL,
        { Kind: ShapeKind.Float } => 0f,
        { Kind: ShapeKind.Record } => new StackRecord(shape.Record!, mark),
        _ => 0L,
    };

    /// <summary>True for a value that is the same as none.</summary>
    public static bool IsZero(object? value) => value switch
    {
        null or "" or false or 0L or 0UL or 0f => true,
        List<object?> list => list.Count == 0,
        StackMap map => map.Count == 0,
        StackRecord record => record.HasOnlyZeros && record.Extensions is null,
        _ => false,
    };

    // An optional record is something even when it is empty.
    private bool HasOnlyZeros
    {
        get
        {
            for (var index = 0; index < _fields.Length; index++)
            {
                var isGiven = Shape.Fields[index].Shape.IsOptional ? _fields[index] is not null
                    : !IsZero(_fields[index]);
                if (isGiven)
                {
                    return false;
                }
            }

            return true;
        }
    }
}

/// <summary>Values under free names, in the order of the file.</summary>
internal sealed class StackMap() : OrderedDictionary<string, object?>(StringComparer.Ordinal);
