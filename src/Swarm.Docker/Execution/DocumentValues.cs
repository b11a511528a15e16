namespace Swarm.Docker.Execution;

/// <summary>From values to documents, where nothing is null.</summary>
internal static class DocumentValues
{
    internal static string? OrNull(this string text) => text.Length == 0 ? null : text;

    internal static string[]? ToDocument(this ValueList<string> list) => list.IsEmpty ? null : [.. list];

    internal static Dictionary<string, string>? ToDocument(this ValueDictionary<string> map)
    {
        if (map.IsEmpty)
        {
            return null;
        }

        var document = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in map)
        {
            document.Add(key, value);
        }

        return document;
    }

    internal static long? OrNull(this long number) => number > 0 ? number : null;

    internal static long ToNanoseconds(this TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;
}
