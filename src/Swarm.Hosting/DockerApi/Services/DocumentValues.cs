namespace Swarm.Hosting.DockerApi;

/// <summary>Values as Go writes and reads them: empty ones are left out, durations are nanoseconds.</summary>
internal static class DocumentValues
{
    private const long NanosecondsPerTick = 100;

    public static string? OrNull(this string text) => text.Length == 0 ? null : text;

    public static string[]? OrNull(this ValueList<string> list) => list.IsEmpty ? null : [.. list.AsSpan()];

    public static TDocument[]? OrNull<TItem, TDocument>(this ValueList<TItem> list, Func<TItem, TDocument> write)
    {
        if (list.IsEmpty)
        {
            return null;
        }

        var documents = new TDocument[list.Count];
        for (var i = 0; i < documents.Length; i++)
        {
            documents[i] = write(list[i]);
        }

        return documents;
    }

    public static Dictionary<string, string>? OrNull(this ValueDictionary<string> map) =>
        map.IsEmpty ? null : map.OrEmpty();

    public static Dictionary<string, string> OrEmpty(this ValueDictionary<string> map)
    {
        var copy = new Dictionary<string, string>(map.Count, StringComparer.Ordinal);
        foreach (var (key, value) in map)
        {
            copy.Add(key, value);
        }

        return copy;
    }

    // A null inside a list is what Go reads as the empty value; no Docker client sends one on purpose.
    public static ValueList<string> ToValues(this string?[]? list) => (list ?? []).Select(t => t ?? "").ToValueList();

    public static ValueList<TItem> ToValues<TDocument, TItem>(this TDocument?[]? list, Func<TDocument, TItem> read)
        where TDocument : class => (list ?? []).OfType<TDocument>().Select(read).ToValueList();

    public static ValueDictionary<string> ToValues(this Dictionary<string, string>? map) =>
        (map ?? []).Select(e => KeyValuePair.Create(e.Key, e.Value ?? "")).ToValueDictionary();

    // Away from zero: a duration below the resolution stays different from "not set" and is refused where 1 ns is.
    public static TimeSpan ToDuration(this long nanoseconds)
    {
        var (ticks, rest) = Math.DivRem(nanoseconds, NanosecondsPerTick);
        return new TimeSpan(ticks + Math.Sign(rest));
    }

    public static long ToNanoseconds(this TimeSpan duration)
    {
        var nanoseconds = (Int128)duration.Ticks * NanosecondsPerTick;
        return (long)Int128.Clamp(nanoseconds, long.MinValue, long.MaxValue);
    }
}
