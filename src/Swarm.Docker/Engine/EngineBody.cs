using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Swarm.Docker.Engine;

/// <summary>Reads answers, and never more of them than a limit.</summary>
internal static class EngineBody
{
    /// <summary>Largest document; thousands of containers in one list fit.</summary>
    internal const int MaxDocumentBytes = 64 * 1024 * 1024;

    /// <summary>Largest line of a stream of documents.</summary>
    internal const int MaxLineBytes = 1024 * 1024;

    private const int MaxErrorBytes = 64 * 1024;
    private const int ReadSize = 16 * 1024;

    /// <summary>Reads a body.</summary>
    /// <exception cref="InvalidDataException">It is larger than the limit.</exception>
    internal static async Task<ReadOnlyMemory<byte>> ReadAsync(
        HttpContent content, int limit, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = new ArrayBufferWriter<byte>();
        while (await stream.ReadAsync(buffer.GetMemory(ReadSize), cancellationToken) is > 0 and var read)
        {
            buffer.Advance(read);
            if (buffer.WrittenCount > limit)
            {
                throw new InvalidDataException($"an answer of the Docker daemon has more than {limit} bytes");
            }
        }

        return buffer.WrittenMemory;
    }

    /// <summary>Reads a document.</summary>
    /// <exception cref="InvalidDataException">It is too large, or none.</exception>
    internal static async Task<T> ReadJsonAsync<T>(
        HttpContent content, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var body = await ReadAsync(content, MaxDocumentBytes, cancellationToken);
        return Parse(body.Span, type);
    }

    /// <summary>Parses a document.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    internal static T Parse<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type)
                ?? throw new InvalidDataException("an answer of the Docker daemon is empty");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException(
                $"an answer of the Docker daemon cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>What the engine says went wrong.</summary>
    internal static async Task<EngineException> ReadErrorAsync(
        HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            var body = await ReadAsync(response.Content, MaxErrorBytes, cancellationToken);
            var error = Parse(body.Span, EngineJson.Wire.EngineErrorDocument);
            return new(response.StatusCode, error.Message ?? $"{response.StatusCode}");
        }
        catch (InvalidDataException)
        {
            return new(response.StatusCode, $"the Docker daemon answered {(int)response.StatusCode} without a reason");
        }
    }
}
