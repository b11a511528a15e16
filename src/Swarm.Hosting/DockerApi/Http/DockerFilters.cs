using System.Text;
using System.Text.Json;

namespace Swarm.Hosting.DockerApi;

/// <summary>
/// The query parameter <c>filters</c>: values of one key are alternatives, different keys must all match, several
/// labels must all match.
/// </summary>
internal sealed class DockerFilters
{
    private readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);

    private DockerFilters()
    {
    }

    public static DockerFilters None { get; } = new();

    public IEnumerable<string> Keys => _values.Keys;

    /// <summary>The values of a key; empty when it is not filtered by.</summary>
    public IReadOnlyList<string> this[string key] => _values.TryGetValue(key, out var values) ? values : [];

    /// <summary>Reads both encodings: <c>{"name":{"web":true}}</c> and the older <c>{"name":["web"]}</c>.</summary>
    /// <exception cref="DockerApiException">Status 400.</exception>
    public static DockerFilters Parse(string? text, int maxLength = 256 * 1024)
    {
        if (string.IsNullOrEmpty(text))
        {
            return None;
        }

        if (text.Length > maxLength)
        {
            throw DockerApiException.BadRequest("invalid filter: too long");
        }

        var filters = new DockerFilters();
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text), new JsonReaderOptions { MaxDepth = 4 });
            filters.Read(ref reader);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw DockerApiException.BadRequest("invalid filter: not a JSON object of sets of strings", e);
        }

        return filters;
    }

    /// <summary>Refuses keys other than these.</summary>
    /// <exception cref="DockerApiException">Status 400: <c>Invalid filter 'color'</c>.</exception>
    public DockerFilters Allow(params ReadOnlySpan<string> keys)
    {
        foreach (var key in _values.Keys)
        {
            if (!keys.Contains(key))
            {
                throw DockerApiException.BadRequest($"Invalid filter '{key}'");
            }
        }

        return this;
    }

    public bool Has(string key) => _values.ContainsKey(key);

    /// <summary>True without the key, or when a value passes the test.</summary>
    public bool MatchesAny(string key, Func<string, bool> test)
    {
        var values = this[key];
        return values.Count == 0 || values.Any(test);
    }

    public bool MatchesExact(string key, string actual) =>
        MatchesAny(key, value => value == actual);

    public bool MatchesPrefix(string key, string actual) =>
        MatchesAny(key, value => actual.StartsWith(value, StringComparison.Ordinal));

    /// <summary>Values are <c>key</c> or <c>key=value</c>; all must be there, an empty value fits any.</summary>
    public bool MatchesLabels(string key, ValueDictionary<string> labels) =>
        this[key].All(wanted =>
        {
            var equals = wanted.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? wanted : wanted[..equals];
            var value = equals < 0 ? "" : wanted[(equals + 1)..];
            return labels.TryGetValue(name, out var actual) && (value.Length == 0 || actual == value);
        });

    private void Read(ref Utf8JsonReader reader)
    {
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            if (!_values.TryGetValue(key, out var values))
            {
                _values[key] = values = [];
            }

            reader.Read();
            ReadValues(ref reader, key, values);
        }

        Expect(reader.TokenType == JsonTokenType.EndObject && !reader.Read());
    }

    private static void ReadValues(ref Utf8JsonReader reader, string key, List<string> values)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    Expect(reader.TokenType == JsonTokenType.String);
                    values.Add(reader.GetString()!);
                }

                return;
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    values.Add(reader.GetString()!);
                    Expect(reader.Read() && reader.TokenType is JsonTokenType.True or JsonTokenType.False);
                }

                return;
            default:
                throw DockerApiException.BadRequest(
                    $"invalid filter '{key}': json: cannot unmarshal {GoNameOf(reader.TokenType)} "
                    + "into Go value of type map[string]bool");
        }
    }

    private static void Expect(bool condition)
    {
        if (!condition)
        {
            throw new JsonException();
        }
    }

    private static string GoNameOf(JsonTokenType type) => type switch
    {
        JsonTokenType.String => "string",
        JsonTokenType.Number => "number",
        _ => "bool",
    };
}
