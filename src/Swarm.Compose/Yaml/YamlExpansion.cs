using Swarm.Compose.Values;

namespace Swarm.Compose.Yaml;

/// <summary>
/// Turns nodes into typed values: follows aliases, applies merge keys, refuses duplicate keys. Keeps its own stack,
/// since
/// the depth of the input is not to be trusted.
/// </summary>
internal sealed class YamlExpansion
{
    private readonly ExpansionBudget _budget;
    private readonly DuplicateKeys _duplicates = new();
    private readonly Stack<Frame> _frames = new();

    private YamlExpansion(StackLimits limits) => _budget = new(limits);

    /// <summary>The value of a document.</summary>
    /// <exception cref="YamlException">An alias, merge key, tag or key is not usable.</exception>
    /// <exception cref="StackFileException">A mapping has a key twice.</exception>
    public static Value Expand(YamlNode root, StackLimits limits)
    {
        var expansion = new YamlExpansion(limits);
        var value = expansion.Run(root);
        expansion._duplicates.ThrowIfAny();
        return value;
    }

    private Value Run(YamlNode root)
    {
        var result = Enter(root);
        while (_frames.TryPeek(out var frame))
        {
            if (frame.IsFinished || !Advance(frame))
            {
                _frames.Pop();
                _budget.AliasDepth -= frame.IsAliased ? 1 : 0;
                result = frame.Finish();
                if (!frame.IsMerge && _frames.TryPeek(out var parent))
                {
                    parent.Take(result);
                }
            }
        }

        return result!;
    }

    // The value of a scalar at once; null for a collection, which is now on the stack.
    private Value? Enter(YamlNode node)
    {
        _budget.Spend(node);
        var isAliased = node.Kind == YamlNodeKind.Alias;
        if (isAliased)
        {
            node = Follow(node);
            _budget.AliasDepth++;
            _budget.Spend(node);
        }

        if (node.Kind == YamlNodeKind.Sequence)
        {
            _frames.Push(new ListFrame(node, isAliased));
            return null;
        }

        // A mapping with duplicate keys is not looked into: the duplicates are the error.
        if (node.Kind == YamlNodeKind.Mapping && !_duplicates.Check(node))
        {
            _frames.Push(new MapFrame(node, isAliased));
            return null;
        }

        _budget.AliasDepth -= isAliased ? 1 : 0;
        return node.Kind == YamlNodeKind.Mapping ? Value.Of(new ValueMap(), node.Mark) : YamlScalars.Resolve(node);
    }

    private static YamlNode Follow(YamlNode alias) => alias.Target is { Complete: true } target
        ? target
        : throw new YamlException($"anchor '{alias.Text}' value contains itself", alias.Mark, showLine: false);

    // False when the frame has nothing left to do.
    private bool Advance(Frame frame)
    {
        if (frame is MapFrame map)
        {
            return map.Index < map.Node.Children.Count ? AdvanceMember(map) : AdvanceMerge(map);
        }

        if (Enter(frame.Node.Children[frame.Index++]) is { } value)
        {
            frame.Take(value);
        }

        return true;
    }

    private bool AdvanceMember(MapFrame map)
    {
        var key = map.Node.Children[map.Index];
        if (map.Index + 1 >= map.Node.Children.Count)
        {
            throw new YamlException("did not find expected node content", key.Mark);
        }

        var member = map.Node.Children[map.Index + 1];
        map.Index += 2;
        if (key.IsMergeKey)
        {
            map.MergeSources = Sources(member);
            return true;
        }

        var text = KeyOf(key);
        if (map.Merged is null || map.Merged.Add(text))
        {
            map.Key = text;
            map.KeyMark = key.Mark;
            if (Enter(member) is { } value)
            {
                map.Take(value);
            }
        }

        return true;
    }

    // Own keys come first wherever << stands; of several sources the first that has a key gives it.
    private bool AdvanceMerge(MapFrame map)
    {
        if (map.MergeSources is not { Count: > 0 } sources)
        {
            return false;
        }

        map.Merged ??= OwnKeys(map);
        var source = sources.Dequeue();
        _budget.Spend(source);
        var isAliased = source.Kind == YamlNodeKind.Alias;
        if (isAliased)
        {
            source = Follow(source);
        }

        if (source.Kind != YamlNodeKind.Mapping)
        {
            throw NotMergeable(source);
        }

        if (!_duplicates.Check(source))
        {
            _budget.AliasDepth += isAliased ? 1 : 0;
            _frames.Push(new MapFrame(source, isAliased, map));
        }

        return true;
    }

    private static Queue<YamlNode> Sources(YamlNode merged) => merged switch
    {
        { Kind: YamlNodeKind.Sequence } => new(merged.Children),
        { Kind: YamlNodeKind.Mapping or YamlNodeKind.Alias } => new([merged]),
        _ => throw NotMergeable(merged),
    };

    private static YamlException NotMergeable(YamlNode node) =>
        new("map merge requires map or sequence of maps as the value", node.Mark, showLine: false);

    private HashSet<string> OwnKeys(MapFrame map)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        for (var index = 0; index < map.Node.Children.Count; index += 2)
        {
            keys.Add(KeyOf(map.Node.Children[index]));
        }

        return keys;
    }

    private string KeyOf(YamlNode key)
    {
        _budget.Spend(key);
        if (key.Kind == YamlNodeKind.Alias)
        {
            key = Follow(key);
            _budget.Spend(key);
        }

        if (key.Kind != YamlNodeKind.Scalar)
        {
            var shown = GoText.PrintSyntax(KeySketch.Of(key));
            throw new YamlException($"invalid map key: {shown}", key.Mark, showLine: false);
        }

        return YamlScalars.Resolve(key) is { Kind: ValueKind.Text } text ? text.Text : key.Text;
    }

    private abstract class Frame(YamlNode node, bool isAliased)
    {
        public YamlNode Node { get; } = node;

        public bool IsAliased { get; } = isAliased;

        public virtual bool IsMerge => false;

        public int Index { get; set; }

        public abstract bool IsFinished { get; }

        public abstract void Take(Value value);

        public abstract Value Finish();
    }

    private sealed class ListFrame(YamlNode node, bool isAliased) : Frame(node, isAliased)
    {
        private readonly List<Value> _items = new(node.Children.Count);

        public override bool IsFinished => Index >= Node.Children.Count;

        public override void Take(Value value) => _items.Add(value);

        public override Value Finish() => Value.Of(_items, Node.Mark);
    }

    private sealed class MapFrame : Frame
    {
        private readonly ValueMap _members;

        public MapFrame(YamlNode node, bool isAliased, MapFrame? into = null)
            : base(node, isAliased)
        {
            _members = into?._members ?? new() { HasOddKey = HasOddKey(node) };
            Merged = into?.Merged;
            IsMerge = into is not null;
        }

        public override bool IsMerge { get; }

        public override bool IsFinished => false;

        /// <summary>Keys that are taken already; null while own keys are read, which cannot collide.</summary>
        public HashSet<string>? Merged { get; set; }

        public Queue<YamlNode>? MergeSources { get; set; }

        public string Key { get; set; } = "";

        public SourceMark KeyMark { get; set; }

        public override void Take(Value value) => _members[Key] = new(value, KeyMark);

        public override Value Finish() => Value.Of(_members, Node.Mark);

        private static bool HasOddKey(YamlNode node)
        {
            for (var index = 0; index < node.Children.Count; index += 2)
            {
                if (!YamlScalars.IsTextKey(node.Children[index]))
                {
                    return true;
                }
            }

            return false;
        }
    }
}
