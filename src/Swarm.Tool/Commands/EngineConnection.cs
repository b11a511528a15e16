using System.Net.Sockets;
using System.Text.Json;

namespace Swarm.Tool.Commands;

/// <summary>A connection to the Docker-compatible API of a daemon.</summary>
internal sealed class EngineConnection : IDisposable
{
    private const string ApiVersion = "v1.41";
    private const int MaximumAnswer = 1 << 20;

    private readonly HttpClient _http;

    /// <summary>Opens nothing yet.</summary>
    /// <exception cref="ArgumentException">The address is of no known form.</exception>
    public EngineConnection(string address)
    {
        var uri = Uri.TryCreate(address, UriKind.Absolute, out var parsed) ? parsed : null;
        _http = uri?.Scheme switch
        {
            "unix" => new HttpClient(OverSocket(uri.LocalPath)) { BaseAddress = new Uri("http://daemon/") },
            "tcp" or "http" => new HttpClient { BaseAddress = new Uri($"http://{uri.Authority}/") },
            _ => throw new ArgumentException(
                $"{address} is not an address such as unix:///path.sock or tcp://host:port", nameof(address)),
        };
        _http.MaxResponseContentBufferSize = MaximumAnswer;
    }

    /// <summary>Where the docker command would look.</summary>
    public static string DefaultAddress => Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } host
        ? host
        : "unix:///var/run/docker.sock";

    /// <summary>Sends <c>{"Data": …}</c>.</summary>
    /// <returns>The id in the answer.</returns>
    /// <exception cref="IOException">The daemon refused; the message is its own.</exception>
    /// <exception cref="HttpRequestException">The daemon cannot be reached.</exception>
    public async Task<string> PostDataAsync(string path, byte[] data, CancellationToken cancellationToken)
    {
        var body = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartObject();
            writer.WriteBase64String("Data", data);
            writer.WriteEndObject();
        }

        using var content = new ByteArrayContent(body.GetBuffer(), 0, (int)body.Length);
        content.Headers.ContentType = new("application/json");
        using var response = await _http.PostAsync(
            new Uri($"{ApiVersion}/{path}", UriKind.Relative),
            content,
            cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode && Read(text, "ID") is { } id
            ? id
            : throw new IOException(Read(text, "message") ?? $"the daemon answered {(int)response.StatusCode}");
    }

    /// <summary>Copies what the daemon answers to a question.</summary>
    /// <exception cref="IOException">The daemon refused, and the message is its own; or the answer broke off.</exception>
    /// <exception cref="HttpRequestException">The daemon cannot be reached.</exception>
    public async Task DownloadAsync(string path, Stream destination, CancellationToken cancellationToken)
    {
        using var response = await _http.GetAsync(
            new Uri($"{ApiVersion}/{path}", UriKind.Relative),
            HttpCompletionOption.ResponseHeadersRead,
            cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            throw new IOException(Read(text, "message") ?? $"the daemon answered {(int)response.StatusCode}");
        }

        await using var content = await response.Content.ReadAsStreamAsync(cancellationToken);
        await content.CopyToAsync(destination, cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private static string? Read(string json, string property)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.TryGetProperty(property, out var value) ? value.GetString() : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static SocketsHttpHandler OverSocket(string path) => new()
    {
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };
}
