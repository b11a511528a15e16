using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Swarm.Hosting.Nodes;

namespace Swarm.Hosting.DockerApi;

/// <summary>One request and its answer.</summary>
internal sealed class DockerCall(
    HttpContext http,
    ApiVersion version,
    IReadOnlyDictionary<string, string> route,
    ISwarmNode node,
    DockerApiOptions options,
    TimeProvider timeProvider,
    CancellationToken cancellation)
{
    private const int SpillBytes = 64 * 1024;

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public HttpContext Http { get; } = http;

    /// <summary>The version the client speaks.</summary>
    public ApiVersion Version { get; } = version;

    public ISwarmNode Node { get; } = node;

    public DockerApiOptions Options { get; } = options;

    public TimeProvider Time { get; } = timeProvider;

    /// <summary>The client has gone, the server stops, or the time is up (streams have no limit).</summary>
    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>The way into the swarm.</summary>
    /// <exception cref="DockerApiException">Status 503: this node is not a working manager.</exception>
    public ISwarmClient Client
    {
        get
        {
            try
            {
                return Node.Client;
            }
            catch (SwarmException e)
            {
                throw DockerErrors.Plain(e);
            }
        }
    }

    /// <summary>A part of the path by its name in the route, decoded.</summary>
    public string this[string name] => route[name];

    /// <summary>A query parameter; null when missing, the first of several.</summary>
    public string? Query(string name) => Http.Request.Query.TryGetValue(name, out var values) ? values[0] : null;

    /// <summary>A query parameter that is true unless it is missing or says no.</summary>
    public bool LaxFlag(string name) => GoValues.ParseLaxBool(Query(name));

    /// <summary>A query parameter that must be a bool as Go reads it, or missing.</summary>
    /// <exception cref="DockerApiException">Status 400.</exception>
    public bool StrictFlag(string name) => GoValues.ParseStrictBool(name, Query(name));

    /// <summary>The query parameter <c>version</c> of an update.</summary>
    /// <param name="kind">What is updated, for the error: <c>service</c>, <c>node</c>, …</param>
    /// <exception cref="DockerApiException">Status 400.</exception>
    public ObjectVersion ObjectVersion(string kind) => GoValues.ParseObjectVersion(kind, Query("version"));

    /// <summary>The query parameter <c>filters</c>.</summary>
    /// <param name="allowed">The keys this list knows.</param>
    /// <exception cref="DockerApiException">Status 400.</exception>
    public DockerFilters Filters(params ReadOnlySpan<string> allowed) =>
        DockerFilters.Parse(Query("filters"), Options.MaxFilterLength).Allow(allowed);

    /// <summary>Reads the body.</summary>
    /// <exception cref="DockerApiException">Status 400 or 413.</exception>
    public Task<T> ReadAsync<T>(JsonTypeInfo<T> type)
        where T : class => RequestBody.ReadAsync(Http.Request, type, Options.MaxBodyBytes, Cancellation);

    /// <summary>Answers with one document.</summary>
    public async Task WriteAsync<T>(T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        using var buffer = new PooledBuffer();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            JsonSerializer.Serialize(writer, value, type);
        }

        buffer.Add((byte)'\n');
        Http.Response.StatusCode = status;
        Http.Response.ContentType = "application/json";
        Http.Response.ContentLength = buffer.Length;
        await Http.Response.Body.WriteAsync(buffer.Written, Cancellation);
    }

    /// <summary>Answers with an array; a long one leaves in pieces while the rest is still being read.</summary>
    public async Task WriteListAsync<T>(IAsyncEnumerable<T> items, JsonTypeInfo<T> type)
    {
        using var buffer = new PooledBuffer();
        await using var writer = new Utf8JsonWriter(buffer, WriterOptions);
        Http.Response.ContentType = "application/json";
        writer.WriteStartArray();
        await foreach (var item in items.WithCancellation(Cancellation))
        {
            JsonSerializer.Serialize(writer, item, type);
            if (writer.BytesPending + buffer.Length >= SpillBytes)
            {
                await writer.FlushAsync(Cancellation);
                await Http.Response.Body.WriteAsync(buffer.Written, Cancellation);
                buffer.Clear();
            }
        }

        writer.WriteEndArray();
        await writer.FlushAsync(Cancellation);
        buffer.Add((byte)'\n');
        if (!Http.Response.HasStarted)
        {
            Http.Response.ContentLength = buffer.Length;
        }

        await Http.Response.Body.WriteAsync(buffer.Written, Cancellation);
    }

    /// <summary>Answers without a body.</summary>
    public Task DoneAsync(int status = StatusCodes.Status200OK)
    {
        Http.Response.StatusCode = status;
        if (status != StatusCodes.Status204NoContent)
        {
            Http.Response.ContentLength = 0;
        }

        return Task.CompletedTask;
    }

    /// <summary>Sends the headers at once; the caller then writes to the body of the response and flushes.</summary>
    /// <param name="contentType">Type of the stream; null sends none, as Docker does for logs below 1.42.</param>
    public Task StartStreamAsync(string? contentType)
    {
        Http.Response.ContentType = contentType;
        Http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        return Http.Response.Body.FlushAsync(Cancellation);
    }
}
