using System.Text.Json;
using System.Text.Json.Nodes;

namespace Swarm.Hosting.Tests.DockerApi;

internal static class JsonAssert
{
    public static void Same(JsonNode expected, JsonNode? actual) =>
        Assert.True(
            JsonNode.DeepEquals(expected, actual),
            $"expected {expected.ToJsonString()}{Environment.NewLine}but was {actual?.ToJsonString()}");

    /// <summary>Every field of the expected document is there, with a value of the same JSON type.</summary>
    public static void SameShape(JsonNode? expected, JsonNode? actual, string path = "$")
    {
        Assert.True(
            Kind(expected) == Kind(actual),
            $"{path}: expected {Kind(expected)}, was {Kind(actual)} {actual?.ToJsonString()}");
        if (expected is JsonObject fields)
        {
            foreach (var (name, value) in fields)
            {
                Assert.True(actual!.AsObject().ContainsKey(name), $"{path}.{name} is missing");
                SameShape(value, actual[name], $"{path}.{name}");
            }
        }

        if (expected is JsonArray items)
        {
            Assert.True(items.Count <= actual!.AsArray().Count, $"{path}: fewer items");
            for (var i = 0; i < items.Count; i++)
            {
                SameShape(items[i], actual[i], $"{path}[{i}]");
            }
        }
    }

    private static JsonValueKind Kind(JsonNode? node)
    {
        var kind = node?.GetValueKind() ?? JsonValueKind.Null;
        return kind == JsonValueKind.False ? JsonValueKind.True : kind;
    }
}
