using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Swarm.Hosting.DockerApi;

/// <summary>
/// JSON as Go reads and writes it. Every group of endpoints has a <see cref="JsonSerializerContext"/> of its own, made
/// with these options; its DTOs have nullable properties, where null means <c>omitempty</c>.
/// </summary>
internal static class DockerJson
{
    /// <summary>Deepest nesting of a request body; the deepest real one has eight levels.</summary>
    public const int MaxDepth = 64;

    /// <summary>New options for one context (a context makes the options it is given read-only).</summary>
    public static JsonSerializerOptions CreateOptions() => new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        PropertyNameCaseInsensitive = true,
        MaxDepth = MaxDepth,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new GoTimeConverter() },
    };
}

/// <summary>Times as Go writes them: RFC 3339 in UTC with <c>Z</c>, fraction without trailing zeros.</summary>
internal sealed class GoTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<char> text = stackalloc char[40];
        value.UtcDateTime.TryFormat(
            text, out var length, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }
}

/// <summary>The body of every answer that is not a success.</summary>
internal sealed record ErrorBody(
    [property: JsonPropertyName("message")] string Message);

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(string))]
internal sealed partial class HttpJson : JsonSerializerContext
{
    public static HttpJson Wire { get; } = new(DockerJson.CreateOptions());
}
