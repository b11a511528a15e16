using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Swarm.Hosting.DockerApi;

/// <summary>Reads a JSON body: bounded in size and depth, so that the cost of a hostile one is known.</summary>
internal static class RequestBody
{
    private const int ReadSize = 16 * 1024;

    /// <summary>Reads the whole body as one JSON document.</summary>
    /// <exception cref="DockerApiException">
    /// Status 400: no body, not JSON, not of this shape; 413: larger than <paramref name="maxBytes"/>.
    /// </exception>
    public static async Task<T> ReadAsync<T>(
        HttpRequest request, JsonTypeInfo<T> type, int maxBytes, CancellationToken cancellationToken)
        where T : class
    {
        RefuseOtherContent(request.ContentType);
        if (request.ContentLength > maxBytes)
        {
            throw TooLarge();
        }

        using var body = new PooledBuffer((int)Math.Clamp(request.ContentLength ?? 0, 256, ReadSize));
        while (true)
        {
            var read = await request.Body.ReadAsync(body.GetMemory(ReadSize), cancellationToken);
            if (read == 0)
            {
                return Parse(body.Written.Span, type);
            }

            body.Advance(read);
            if (body.Length > maxBytes)
            {
                throw TooLarge();
            }
        }
    }

    private static T Parse<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
        where T : class
    {
        if (json.IsEmpty)
        {
            throw DockerApiException.BadRequest("got EOF while reading request body");
        }

        try
        {
            return JsonSerializer.Deserialize(json, type)
                ?? throw DockerApiException.BadRequest("invalid request body: null");
        }
        catch (JsonException e)
        {
            throw DockerApiException.BadRequest(Describe(e), e);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw DockerApiException.BadRequest("invalid JSON in request body: invalid text", e);
        }
    }

    /// <summary>A page in a browser can send forms and plain text to this API, but not JSON.</summary>
    private static void RefuseOtherContent(string? contentType)
    {
        if (string.IsNullOrEmpty(contentType))
        {
            return;
        }

        if (!MediaTypeHeaderValue.TryParse(contentType, out var mediaType))
        {
            throw DockerApiException.BadRequest($"malformed Content-Type header ({contentType})");
        }

        if (!mediaType.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
        {
            throw DockerApiException.BadRequest(
                $"unsupported Content-Type header ({contentType}): must be 'application/json'");
        }
    }

    private static DockerApiException TooLarge() =>
        new(StatusCodes.Status413PayloadTooLarge, "http: request body too large");

    private static string Describe(JsonException error)
    {
        const string WrongType = "The JSON value could not be converted";
        if (error.Message.StartsWith(WrongType, StringComparison.Ordinal))
        {
            return $"invalid JSON in request body: wrong type of value at {error.Path}";
        }

        var end = error.Message.IndexOf(" Path: ", StringComparison.Ordinal);
        return $"invalid JSON in request body: {(end < 0 ? error.Message : error.Message[..end])}";
    }
}
