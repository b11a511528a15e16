using YamlDotNet.Core;

namespace Swarm.Compose.Yaml;

internal enum YamlNodeKind
{
    Scalar,
    Sequence,
    Mapping,
    Alias,
}

/// <summary>A node as written: not typed, aliases not followed, keys of mappings alternate with their values.</summary>
internal sealed class YamlNode(YamlNodeKind kind, SourceMark mark)
{
    public YamlNodeKind Kind { get; } = kind;

    public SourceMark Mark { get; } = mark;

    /// <summary>Text of a scalar, name of an alias.</summary>
    public string Text { get; init; } = "";

    /// <summary>Short form such as <c>!!int</c>; empty when none was written.</summary>
    public string Tag { get; init; } = "";

    public ScalarStyle Style { get; init; }

    public List<YamlNode> Children { get; } = kind is YamlNodeKind.Scalar or YamlNodeKind.Alias ? None : [];

    /// <summary>What an alias stands for.</summary>
    public YamlNode? Target { get; init; }

    /// <summary>False while its end has not been read; an alias to it would contain itself.</summary>
    public bool Complete { get; set; }

    public bool IsPlain => Style is ScalarStyle.Plain or ScalarStyle.Any;

    /// <summary>A plain <c>&lt;&lt;</c>.</summary>
    public bool IsMergeKey =>
        Kind == YamlNodeKind.Scalar && Text == "<<" && (Tag.Length == 0 ? IsPlain : Tag == "!!merge");

    private static readonly List<YamlNode> None = [];
}
