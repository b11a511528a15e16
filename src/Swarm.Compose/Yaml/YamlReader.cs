using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using Scalar = YamlDotNet.Core.Events.Scalar;

namespace Swarm.Compose.Yaml;

/// <summary>
/// Reads the first document of a file into nodes, without recursion and within limits. Text after the first document is
/// not looked at.
/// </summary>
internal sealed class YamlReader
{
    private readonly string _file;
    private readonly StackLimits _limits;
    private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);
    private readonly Stack<YamlNode> _open = new();
    private YamlNode? _root;
    private SourceMark _last;
    private int _nodes;

    private YamlReader(string file, StackLimits limits)
    {
        _file = file;
        _limits = limits;
        _last = new(file, 1, 1);
    }

    /// <summary>Reads a document; null when the file holds none.</summary>
    /// <exception cref="YamlException">The text is not a YAML document, or beyond a limit.</exception>
    public static YamlNode? Read(string text, string file, StackLimits limits)
    {
        var reader = new YamlReader(file, limits);
        var parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        try
        {
            while (parser.MoveNext() && reader.Accept(parser.Current!))
            {
            }
        }
        catch (YamlDotNet.Core.YamlException exception)
        {
            throw SyntaxErrors.Translate(exception, text, file);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            // The parser's own checks of its state: the text led it somewhere it had not foreseen.
            throw new YamlException("did not find expected node content", reader._last);
        }

        return reader._root;
    }

    // False once the first document is complete.
    private bool Accept(ParsingEvent current)
    {
        _last = At(current);
        switch (current)
        {
            case DocumentStart { Version.Version: var version } start when (version.Major, version.Minor) != (1, 1):
                throw new YamlException("found incompatible YAML document", At(start), showLine: false);
            case Scalar scalar:
                Add(OfScalar(scalar), scalar.Anchor, complete: true);
                return true;
            case AnchorAlias alias:
                Add(OfAlias(alias), AnchorName.Empty, complete: true);
                return true;
            case SequenceStart start:
                Open(YamlNodeKind.Sequence, start);
                return true;
            case MappingStart start:
                Open(YamlNodeKind.Mapping, start);
                return true;
            case SequenceEnd or MappingEnd:
                _open.Pop().Complete = true;
                return true;
            default:
                return current is not (DocumentEnd or StreamEnd);
        }
    }

    private void Open(YamlNodeKind kind, NodeEvent start)
    {
        if (_open.Count >= _limits.Depth)
        {
            throw new YamlException(
                string.Create(CultureInfo.InvariantCulture, $"exceeded max depth of {_limits.Depth}"),
                At(start));
        }

        var node = new YamlNode(kind, At(start)) { Tag = TagOf(start.Tag) };
        Add(node, start.Anchor, complete: false);
        _open.Push(node);
    }

    private void Add(YamlNode node, AnchorName anchor, bool complete)
    {
        if (++_nodes > _limits.Nodes)
        {
            throw new YamlException(
                string.Create(CultureInfo.InvariantCulture, $"document has more than {_limits.Nodes} nodes"),
                node.Mark);
        }

        node.Complete = complete;
        if (!anchor.IsEmpty)
        {
            _anchors[NameOf(anchor, node.Mark)] = node;
        }

        if (_open.TryPeek(out var parent))
        {
            parent.Children.Add(node);
        }
        else
        {
            _root ??= node;
        }
    }

    private YamlNode OfScalar(Scalar scalar) => new(YamlNodeKind.Scalar, At(scalar))
    {
        Text = scalar.Value,
        Style = scalar.Style,
        Tag = TagOf(scalar.Tag),
    };

    private YamlNode OfAlias(AnchorAlias alias)
    {
        var mark = At(alias);
        var name = NameOf(alias.Value, mark);
        return _anchors.TryGetValue(name, out var target)
            ? new(YamlNodeKind.Alias, mark) { Text = name, Target = target }
            : throw new YamlException($"unknown anchor '{name}' referenced", mark, showLine: false);
    }

    private static string NameOf(AnchorName anchor, SourceMark mark)
    {
        foreach (var character in anchor.Value)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('_' or '-'))
            {
                throw new YamlException(
                    "did not find expected alphabetic or numeric character in the name of an anchor or alias",
                    mark);
            }
        }

        return anchor.Value;
    }

    private static string TagOf(TagName tag)
    {
        const string LongPrefix = "tag:yaml.org,2002:";
        if (tag.IsEmpty || tag.IsNonSpecific)
        {
            return "";
        }

        return tag.Value.StartsWith(LongPrefix, StringComparison.Ordinal) ? "!!" + tag.Value[LongPrefix.Length..]
            : tag.Value;
    }

    private SourceMark At(ParsingEvent current) =>
        new(_file, (int)current.Start.Line, (int)current.Start.Column);
}
