using System.Text.Json;
using System.Text.Json.Serialization;

namespace Swarm.Hosting.DockerApi;

/// <summary>Bytes as base64; what is not base64 is refused in Go's words, without a trace of what was sent.</summary>
internal sealed class GoBytesConverter : JsonConverter<byte[]>
{
    public override byte[]? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (reader.TokenType != JsonTokenType.String)
        {
            throw new JsonException();
        }

        return reader.TryGetBytesFromBase64(out var bytes)
            ? bytes
            : throw DockerApiException.BadRequest($"illegal base64 data at input byte {FirstFault(ref reader)}");
    }

    public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options) =>
        writer.WriteBase64StringValue(value);

    private static int FirstFault(ref Utf8JsonReader reader)
    {
        var text = reader.HasValueSequence ? [] : reader.ValueSpan;
        var length = text.TrimEnd((byte)'=').Length;
        for (var index = 0; index < length; index++)
        {
            if (!char.IsAsciiLetterOrDigit((char)text[index]) && text[index] is not ((byte)'+' or (byte)'/'))
            {
                return index;
            }
        }

        // All of it may be there, but not in groups of four.
        return text.Length;
    }
}
