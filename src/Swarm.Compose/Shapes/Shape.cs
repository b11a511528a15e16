namespace Swarm.Compose.Shapes;

internal enum ShapeKind
{
    Text,
    Boolean,

    /// <summary>64 bits with sign.</summary>
    Integer,

    /// <summary>64 bits without sign.</summary>
    Unsigned,

    /// <summary>32 bits without sign.</summary>
    Unsigned32,

    /// <summary>32 bits.</summary>
    Float,

    /// <summary>A size in bytes; printed as text.</summary>
    Bytes,

    /// <summary>Nanoseconds.</summary>
    Duration,
    List,
    Map,
    Record,

    /// <summary>Whatever was written.</summary>
    Any,
}

/// <summary>
/// What a part of a stack file becomes once it is read. Decoding, merging and printing are three walks over one table
/// of
/// shapes (<see cref="StackShapes"/>).
/// </summary>
internal sealed record Shape(ShapeKind Kind)
{
    /// <summary>True when absence differs from zero, <c>false</c> or an empty record.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Shape of list items and map values.</summary>
    public Shape? Element { get; init; }

    public RecordShape? Record { get; init; }

    /// <summary>Turns short forms into long ones before decoding.</summary>
    public ShortForm ShortForm { get; init; }

    /// <summary>How two values of two files become one.</summary>
    public MergeRule Merge { get; init; }

    public Shape Optional => this with { IsOptional = true };

    public bool IsCollection => Kind is ShapeKind.List or ShapeKind.Map;

    /// <summary>The name that messages give this shape.</summary>
    public string GoType => Kind switch
    {
        ShapeKind.Text => "string",
        ShapeKind.Boolean => "bool",
        ShapeKind.Unsigned => "uint64",
        ShapeKind.Unsigned32 => "uint32",
        ShapeKind.Float => "float32",
        ShapeKind.Bytes => "types.UnitBytes",
        ShapeKind.Duration => "types.Duration",
        _ => "int64",
    };
}

/// <summary>The short forms of the stack format.</summary>
internal enum ShortForm
{
    None = 0,

    /// <summary>A boolean, or a mapping with a name.</summary>
    External,

    /// <summary>A text that a shell runs.</summary>
    HealthCheckTest,

    /// <summary>A text that is split into words.</summary>
    Command,

    /// <summary>One text instead of a list.</summary>
    Texts,

    /// <summary>Values of any scalar kind, printed.</summary>
    PrintedMap,
    Ulimit,
    Size,
    Ports,

    /// <summary>The name of a secret or config.</summary>
    FileReference,

    /// <summary>Items of any scalar kind, printed.</summary>
    PrintedList,

    /// <summary>A list of names.</summary>
    Networks,

    /// <summary>A mapping, or a list of <c>key=value</c>; no value is an empty value.</summary>
    Mapping,

    /// <summary>A mapping, or a list of <c>key=value</c>; no value stays no value.</summary>
    Environment,
    Hosts,
    Mount,
    BuildContext,
    Duration,
}

/// <summary>Rules of merging that differ from the general ones of their kind.</summary>
internal enum MergeRule
{
    /// <summary>Lists are appended, maps united, records merged field by field, other values replaced unless empty.</summary>
    General = 0,

    /// <summary>Replaced as a whole unless empty or absent.</summary>
    Replace,

    /// <summary>Replaced whenever given, zero included.</summary>
    ReplaceWhenGiven,
    Logging,
    ServiceNetwork,

    /// <summary>One item for each value of the key field; the later file wins.</summary>
    Keyed,
}
