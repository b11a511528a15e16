using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Swarm.Execution.Processes;

/// <summary>Lists as JSON arrays.</summary>
internal sealed class ValueListConverter<T> : JsonConverter<ValueList<T>>
{
    public override ValueList<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        (JsonSerializer.Deserialize(ref reader, Info(options)) ?? []).ToValueList();

    public override void Write(Utf8JsonWriter writer, ValueList<T> value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, [.. value], Info(options));

    private static JsonTypeInfo<T[]> Info(JsonSerializerOptions options) =>
        (JsonTypeInfo<T[]>)options.GetTypeInfo(typeof(T[]));
}

/// <summary>Dictionaries as JSON objects.</summary>
internal sealed class ValueDictionaryConverter : JsonConverter<ValueDictionary<string>>
{
    public override ValueDictionary<string> Read(
        ref Utf8JsonReader reader,
        Type typeToConvert,
        JsonSerializerOptions options) =>
        (JsonSerializer.Deserialize(ref reader, Info(options)) ?? []).ToValueDictionary();

    public override void Write(Utf8JsonWriter writer, ValueDictionary<string> value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, new Dictionary<string, string>(value, StringComparer.Ordinal), Info(options));

    private static JsonTypeInfo<Dictionary<string, string>> Info(JsonSerializerOptions options) =>
        (JsonTypeInfo<Dictionary<string, string>>)options.GetTypeInfo(typeof(Dictionary<string, string>));
}
