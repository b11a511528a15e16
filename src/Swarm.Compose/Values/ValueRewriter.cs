namespace Swarm.Compose.Values;

/// <summary>The way from the root to a value; list items are <c>[]</c>.</summary>
internal readonly struct ValuePath(IEnumerable<string> innermostFirst)
{
    public override string ToString() => string.Join('.', innermostFirst.Reverse());
}

/// <summary>Replaces scalars of a tree without recursion; collections in which nothing changed stay the same objects.</summary>
internal static class ValueRewriter
{
    public static Value Rewrite(Value root, Func<Value, ValuePath, Value> replace)
    {
        var frames = new Stack<Frame>();
        var path = new ValuePath(frames.Select(frame => frame.Segment));
        frames.Push(new Frame(root));
        while (true)
        {
            var frame = frames.Peek();
            if (frame.Next() is { } child)
            {
                if (child.Kind is ValueKind.List or ValueKind.Map)
                {
                    frames.Push(new Frame(child));
                }
                else
                {
                    frame.Take(replace(child, path));
                }

                continue;
            }

            frames.Pop();
            var finished = frame.Finish();
            if (frames.Count == 0)
            {
                return finished;
            }

            frames.Peek().Take(finished);
        }
    }

    private sealed class Frame(Value value)
    {
        private int _index = -1;
        private List<Value>? _items;
        private ValueMap? _members;

        public string Segment => value.Kind == ValueKind.List ? "[]" : value.Map.GetAt(_index).Key;

        public Value? Next()
        {
            var count = value.Kind == ValueKind.List ? value.Items.Count : value.Map.Count;
            return ++_index >= count ? null : Original;
        }

        private Value Original =>
            value.Kind == ValueKind.List ? value.Items[_index] : value.Map.GetAt(_index).Value.Value;

        public void Take(Value rewritten)
        {
            if (ReferenceEquals(rewritten, Original))
            {
                return;
            }

            if (value.Kind == ValueKind.List)
            {
                _items ??= [.. value.Items];
                _items[_index] = rewritten;
                return;
            }

            _members ??= Copy(value.Map);
            var key = value.Map.GetAt(_index).Key;
            _members[key] = new(rewritten, value.Map.GetAt(_index).Value.KeyMark);
        }

        public Value Finish() => (_items, _members) switch
        {
            ({ } items, _) => Value.Of(items, value.Mark),
            (_, { } members) => Value.Of(members, value.Mark),
            _ => value,
        };

        private static ValueMap Copy(ValueMap map)
        {
            var copy = new ValueMap();
            foreach (var (key, member) in map)
            {
                copy.Add(key, member);
            }

            return copy;
        }
    }
}
