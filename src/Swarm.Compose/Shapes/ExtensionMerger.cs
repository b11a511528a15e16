using Swarm.Compose.Values;

namespace Swarm.Compose.Shapes;

/// <summary>Merges what stands under <c>x-</c> keys: mappings are united, lists appended, the rest replaced.</summary>
internal static class ExtensionMerger
{
    /// <exception cref="StackFileException">A list would have to be appended to something else.</exception>
    public static ValueMap Merge(ValueMap own, ValueMap later)
    {
        var root = Copy(own);
        var pending = new Stack<(ValueMap Into, ValueMap Later)>();
        pending.Push((root, later));
        while (pending.TryPop(out var pair))
        {
            foreach (var (key, member) in pair.Later)
            {
                var present = pair.Into.TryGetValue(key, out var existing) ? existing.Value : null;
                if (present is { Kind: ValueKind.Map } && member.Value.Kind == ValueKind.Map)
                {
                    var merged = Copy(present.Map);
                    pair.Into[key] = new(Value.Of(merged, present.Mark), existing.KeyMark);
                    pending.Push((merged, member.Value.Map));
                }
                else
                {
                    pair.Into[key] = new(MergeValue(present, member.Value), member.KeyMark);
                }
            }
        }

        return root;
    }

    private static Value MergeValue(Value? own, Value later)
    {
        if (later.Kind != ValueKind.List || own is null or { Kind: ValueKind.Null })
        {
            return later;
        }

        return own.Kind == ValueKind.List
            ? Value.Of([.. own.Items, .. later.Items], own.Mark)
            : throw new StackFileException(
                $"cannot append two slices with different type ([]interface {{}}, {own.GoType})", later.Mark);
    }

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
