using Swarm.Compose.Values;

namespace Swarm.Compose.Yaml;

/// <summary>The outline of a key that is a collection, for the message that refuses it.</summary>
internal static class KeySketch
{
    private const int DeepestShown = 8;
    private const int MostShown = 16;

    public static Value Of(YamlNode node, int depth = 0)
    {
        node = node is { Kind: YamlNodeKind.Alias, Target: { } target } ? target : node;
        if (node.Kind == YamlNodeKind.Scalar)
        {
            return YamlScalars.Resolve(node);
        }

        if (depth >= DeepestShown)
        {
            return Value.Of("...", node.Mark);
        }

        var shown = node.Children.Take(MostShown).ToList();
        return node.Kind == YamlNodeKind.Sequence
            ? Value.Of(shown.ConvertAll(child => Of(child, depth + 1)), node.Mark)
            : Value.Of(OfMembers(shown, depth), node.Mark);
    }

    private static ValueMap OfMembers(List<YamlNode> keysAndValues, int depth)
    {
        var map = new ValueMap
        {
            HasOddKey = keysAndValues.Where((_, index) => index % 2 == 0).Any(key => !YamlScalars.IsTextKey(key)),
        };
        for (var index = 0; index + 1 < keysAndValues.Count; index += 2)
        {
            var key = Of(keysAndValues[index], depth + 1);
            map[GoText.Print(key)] = new(Of(keysAndValues[index + 1], depth + 1), keysAndValues[index].Mark);
        }

        return map;
    }
}
