using System.Collections;
using System.Runtime.CompilerServices;

namespace Swarm;

/// <summary>
/// An immutable map from text that is equal to another with equal entries; entries are kept in ordinal order of their
/// keys, which is also how Docker prints maps.
/// </summary>
/// <typeparam name="TValue">Type of the values.</typeparam>
[CollectionBuilder(typeof(ValueDictionary), nameof(ValueDictionary.Create))]
public readonly struct ValueDictionary<TValue>
    : IReadOnlyCollection<KeyValuePair<string, TValue>>, IEquatable<ValueDictionary<TValue>>
{
    private readonly KeyValuePair<string, TValue>[]? _entries;

    internal ValueDictionary(KeyValuePair<string, TValue>[] sorted) => _entries = sorted;

    /// <summary>Number of entries.</summary>
    public int Count => _entries?.Length ?? 0;

    /// <summary>True without entries.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>The value of a key; the type's default when there is none.</summary>
    /// <param name="key">The key.</param>
    public TValue? this[string key] => TryGetValue(key, out var value) ? value : default;

    /// <summary>Finds the value of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value, or the default.</param>
    /// <returns>True when there is one.</returns>
    public bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out TValue value)
    {
        var index = IndexOf(key);
        value = index >= 0 ? _entries![index].Value : default;
        return index >= 0;
    }

    /// <summary>Tells whether a key is present.</summary>
    /// <param name="key">The key.</param>
    /// <returns>True when it is.</returns>
    public bool ContainsKey(string key) => IndexOf(key) >= 0;

    /// <summary>A map in which a key has a value.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Its value.</param>
    /// <returns>The new map.</returns>
    public ValueDictionary<TValue> With(string key, TValue value)
    {
        var index = IndexOf(key);
        KeyValuePair<string, TValue> entry = new(key, value);
        ReadOnlySpan<KeyValuePair<string, TValue>> entries = _entries;
        return index >= 0
            ? new([.. entries[..index], entry, .. entries[(index + 1)..]])
            : new([.. entries[..~index], entry, .. entries[~index..]]);
    }

    /// <summary>A map in which a key has no value.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The new map, or this one.</returns>
    public ValueDictionary<TValue> Without(string key)
    {
        var index = IndexOf(key);
        ReadOnlySpan<KeyValuePair<string, TValue>> entries = _entries;
        return index < 0 ? this : new([.. entries[..index], .. entries[(index + 1)..]]);
    }

    /// <inheritdoc/>
    public bool Equals(ValueDictionary<TValue> other)
    {
        if (ReferenceEquals(_entries, other._entries))
        {
            return true;
        }

        if (Count != other.Count)
        {
            return false;
        }

        for (var i = 0; i < Count; i++)
        {
            if (_entries![i].Key != other._entries![i].Key
                || !EqualityComparer<TValue>.Default.Equals(_entries[i].Value, other._entries[i].Value))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ValueDictionary<TValue> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var (key, value) in this)
        {
            hash.Add(key, StringComparer.Ordinal);
            hash.Add(value);
        }

        return hash.ToHashCode();
    }

    /// <summary>Enumerates the entries without allocating.</summary>
    /// <returns>The enumerator.</returns>
    public ReadOnlySpan<KeyValuePair<string, TValue>>.Enumerator GetEnumerator() =>
        new ReadOnlySpan<KeyValuePair<string, TValue>>(_entries).GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() =>
        $"{{{string.Join(", ", ((IEnumerable<KeyValuePair<string, TValue>>)this).Select(e => $"{e.Key}={e.Value}"))}}}";

    IEnumerator<KeyValuePair<string, TValue>> IEnumerable<KeyValuePair<string, TValue>>.GetEnumerator() =>
        ((IEnumerable<KeyValuePair<string, TValue>>)(_entries ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => (_entries ?? []).GetEnumerator();

    private int IndexOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        int low = 0, high = Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = string.CompareOrdinal(_entries![middle].Key, key);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }

    /// <summary>Compares by entries.</summary>
    /// <param name="left">One map.</param>
    /// <param name="right">The other map.</param>
    /// <returns>True when equal.</returns>
    public static bool operator ==(ValueDictionary<TValue> left, ValueDictionary<TValue> right) => left.Equals(right);

    /// <summary>Compares by entries.</summary>
    /// <param name="left">One map.</param>
    /// <param name="right">The other map.</param>
    /// <returns>True when not equal.</returns>
    public static bool operator !=(ValueDictionary<TValue> left, ValueDictionary<TValue> right) => !left.Equals(right);
}

/// <summary>Makes <see cref="ValueDictionary{TValue}"/>s.</summary>
public static class ValueDictionary
{
    /// <summary>A map of the given entries, for collection expressions; of equal keys the last wins.</summary>
    /// <typeparam name="TValue">Type of the values.</typeparam>
    /// <param name="entries">The entries; copied.</param>
    /// <returns>The map.</returns>
    public static ValueDictionary<TValue> Create<TValue>(ReadOnlySpan<KeyValuePair<string, TValue>> entries) =>
        entries.IsEmpty ? default : ToValueDictionary(entries.ToArray());

    /// <summary>A map of the entries of a sequence; of equal keys the last wins.</summary>
    /// <typeparam name="TValue">Type of the values.</typeparam>
    /// <param name="entries">The entries; copied.</param>
    /// <returns>The map.</returns>
    public static ValueDictionary<TValue> ToValueDictionary<TValue>(
        this IEnumerable<KeyValuePair<string, TValue>>? entries)
    {
        var sorted = new SortedDictionary<string, TValue>(StringComparer.Ordinal);
        foreach (var (key, value) in entries ?? [])
        {
            sorted[key] = value;
        }

        return sorted.Count == 0 ? default : new([.. sorted]);
    }
}
