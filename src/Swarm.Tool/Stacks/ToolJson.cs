using System.Text.Json;
using System.Text.Json.Serialization;

namespace Swarm.Tool.Stacks;

/// <summary>Reads and writes the small documents of the stack commands.</summary>
[JsonSerializable(typeof(SortedDictionary<string, SortedDictionary<string, bool>>))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(Commands.ExecRequest))]
[JsonSerializable(typeof(Commands.ExecResult))]
internal sealed partial class ToolJson : JsonSerializerContext;

/// <summary>Members of API documents, which leave out what is empty.</summary>
internal static class JsonMembers
{
    /// <summary>The member at the end of a path; undefined when a step is missing.</summary>
    public static JsonElement At(this JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return default;
            }
        }

        return element;
    }

    public static string TextAt(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.At(path) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";

    public static ulong NumberAt(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.At(path) is { ValueKind: JsonValueKind.Number } number && number.TryGetUInt64(out var value) ? value
            : 0;

    public static IEnumerable<JsonElement> Items(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [];
}
