using Google.Protobuf;
using Google.Protobuf.Collections;

namespace Swarm.Hosting.Wire.Mapping;

/// <summary>Lists, maps and bytes. Fields of a message are read-only, so they are filled, not set.</summary>
internal static class WireCollections
{
    private static readonly System.Text.UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    public static void Fill<T>(this RepeatedField<T> field, ValueList<T> items)
    {
        field.Capacity = items.Count;
        foreach (var item in items)
        {
            field.Add(item);
        }
    }

    public static void Fill<TRecord, TWire>(
        this RepeatedField<TWire> field,
        ValueList<TRecord> items,
        Func<TRecord, TWire> convert)
    {
        field.Capacity = items.Count;
        foreach (var item in items)
        {
            field.Add(convert(item));
        }
    }

    public static void Fill(this MapField<string, string> field, ValueDictionary<string> entries)
    {
        foreach (var (key, value) in entries)
        {
            field.Add(key, value);
        }
    }

    public static ValueList<string> ToList(this RepeatedField<string> field) => field.ToList(item => item);

    public static ValueList<TRecord> ToList<TWire, TRecord>(
        this RepeatedField<TWire> field,
        Func<TWire, TRecord> convert)
    {
        if (field.Count == 0)
        {
            return default;
        }

        var items = new TRecord[field.Count];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = convert(field[i]);
        }

        return new(items);
    }

    public static ValueDictionary<string> ToMap(this MapField<string, string> field) => field.ToMap(value => value);

    public static ValueDictionary<TRecord> ToMap<TWire, TRecord>(
        this MapField<string, TWire> field,
        Func<TWire, TRecord> convert)
    {
        if (field.Count == 0)
        {
            return default;
        }

        var entries = new KeyValuePair<string, TRecord>[field.Count];
        var count = 0;
        foreach (var (key, value) in field)
        {
            entries[count++] = new(key, convert(value));
        }

        Array.Sort(entries, (left, right) => string.CompareOrdinal(left.Key, right.Key));
        return new(entries);
    }

    // Not copied: neither side ever changes.
    public static ByteString ToWire(this ValueList<byte> bytes) =>
        bytes.IsEmpty ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(bytes.AsMemory());

    public static ValueList<byte> ToBytes(this ByteString bytes) => bytes.IsEmpty ? default : new(bytes.ToByteArray());

    /// <summary>Text that is bytes on the wire, such as PEM.</summary>
    public static ByteString ToWireBytes(this string text) => ByteString.CopyFromUtf8(text);

    /// <summary>Text that is bytes on the wire, such as PEM.</summary>
    /// <exception cref="SwarmException">The bytes are not text.</exception>
    public static string ToText(this ByteString bytes, string field)
    {
        try
        {
            return StrictUtf8.GetString(bytes.Span);
        }
        catch (System.Text.DecoderFallbackException)
        {
            throw WireErrors.NotText(field);
        }
    }
}
