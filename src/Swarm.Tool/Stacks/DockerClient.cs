using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Swarm.Tool.Stacks;

/// <summary>The Docker API at <c>DOCKER_HOST</c>, as far as stacks need it.</summary>
internal sealed class DockerClient : IDisposable
{
    private const string DefaultHost = "unix:///var/run/docker.sock";

    // The newest version this client knows; an older server is spoken to in its own.
    private static readonly Version NewestVersion = new(1, 50);

    private readonly HttpClient _http;
    private readonly string _host;
    private string _version = "";

    /// <param name="host">Address of the API; null or empty means the socket of this machine.</param>
    /// <param name="handler">What carries requests; null means a connection to the address.</param>
    public DockerClient(string? host, HttpMessageHandler? handler = null)
    {
        _host = string.IsNullOrEmpty(host) ? DefaultHost : host;
        _http = new(handler ?? Handler(_host)) { BaseAddress = Address(_host), Timeout = Timeout.InfiniteTimeSpan };
    }

    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken, string? registryAuth =
        null) =>
        await SendAsync(HttpMethod.Get, path, null, registryAuth, cancellationToken);

    public async Task<JsonElement> PostAsync(
        string path, byte[] body, CancellationToken cancellationToken, string? registryAuth = null) =>
        await SendAsync(HttpMethod.Post, path, body, registryAuth, cancellationToken);

    public async Task DeleteAsync(string path, CancellationToken cancellationToken) =>
        await SendAsync(HttpMethod.Delete, path, null, null, cancellationToken);

    /// <summary>An answer that comes line by line, each of them a document.</summary>
    public async IAsyncEnumerable<JsonElement> StreamAsync(
        string path,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await OpenAsync(path, cancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            yield return Json(Encoding.UTF8.GetBytes(line));
        }
    }

    /// <summary>The beginning of an answer that is no document, up to a limit.</summary>
    public async Task<byte[]> DownloadAsync(string path, int limit, CancellationToken cancellationToken)
    {
        using var response = await OpenAsync(path, cancellationToken);
        await using var content = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[limit];
        var length = await content.ReadAtLeastAsync(buffer, limit, throwOnEndOfStream: false, cancellationToken);
        return buffer[..length];
    }

    /// <summary>A request whose connection becomes a stream in both directions.</summary>
    public async Task<UpgradedConnection> UpgradeAsync(string path, byte[] body, CancellationToken cancellationToken)
    {
        try
        {
            await NegotiateAsync(cancellationToken);
            return await UpgradedConnection.OpenAsync(
                Address(_host), token => ConnectAsync(_host, token), $"/v{_version}{path}", body, cancellationToken);
        }
        catch (HttpRequestException)
        {
            throw Unreachable();
        }
    }

    /// <summary>A list with a filter, as the API takes it.</summary>
    public Task<JsonElement> ListAsync(
        string path, IEnumerable<(string Key, string Value)> filters, CancellationToken cancellationToken,
            string query = "")
    {
        var grouped = new SortedDictionary<string, SortedDictionary<string, bool>>(StringComparer.Ordinal);
        foreach (var (key, value) in filters)
        {
            grouped.TryAdd(key, new(StringComparer.Ordinal));
            grouped[key][value] = true;
        }

        var json =
            JsonSerializer.Serialize(grouped, ToolJson.Default.SortedDictionaryStringSortedDictionaryStringBoolean);
        return GetAsync($"{path}?filters={Uri.EscapeDataString(json)}{query}", cancellationToken);
    }

    public void Dispose() => _http.Dispose();

    private static Uri Address(string host)
    {
        var scheme = host.StartsWith("tcp://", StringComparison.Ordinal) ? "http://" + host["tcp://".Length..]
            : host.StartsWith("http://", StringComparison.Ordinal) ? host
            : host.StartsWith("unix://", StringComparison.Ordinal) ? "http://docker"
            : throw new StackCommandException($"unable to parse docker host `{host}`");
        return new(scheme);
    }

    private static SocketsHttpHandler Handler(string host)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        if (host.StartsWith("unix://", StringComparison.Ordinal))
        {
            handler.ConnectCallback = async (_, cancellationToken) =>
                new NetworkStream(await ConnectAsync(host, cancellationToken), ownsSocket: true);
        }

        return handler;
    }

    private static async Task<Socket> ConnectAsync(string host, CancellationToken cancellationToken)
    {
        EndPoint address = host.StartsWith("unix://", StringComparison.Ordinal)
            ? new UnixDomainSocketEndPoint(host["unix://".Length..])
            : new DnsEndPoint(Address(host).Host, Address(host).Port);
        var socket = address is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<JsonElement> SendAsync(
        HttpMethod method, string path, byte[]? body, string? registryAuth, CancellationToken cancellationToken)
    {
        try
        {
            await NegotiateAsync(cancellationToken);
            using var request = new HttpRequestMessage(method, $"/v{_version}{path}");
            if (body is not null)
            {
                request.Content = new ByteArrayContent(body);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            }

            if (registryAuth is not null)
            {
                request.Headers.Add("X-Registry-Auth", registryAuth);
            }

            using var response = await _http.SendAsync(request, cancellationToken);
            var content = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return response.IsSuccessStatusCode ? Json(content)
                : throw new DockerApiException(response.StatusCode, Reason(content));
        }
        catch (HttpRequestException)
        {
            throw Unreachable();
        }
    }

    private async Task<HttpResponseMessage> OpenAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await NegotiateAsync(cancellationToken);
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/v{_version}{path}");
            var response = await _http.SendAsync(
                request,
                HttpCompletionOption.ResponseHeadersRead,
                cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                throw new DockerApiException(
                    response.StatusCode,
                    Reason(await response.Content.ReadAsByteArrayAsync(cancellationToken)));
            }
        }
        catch (HttpRequestException)
        {
            throw Unreachable();
        }
    }

    private StackCommandException Unreachable() =>
        new($"Cannot connect to the Docker daemon at {_host}. Is the docker daemon running?");

    private async Task NegotiateAsync(CancellationToken cancellationToken)
    {
        if (_version.Length > 0)
        {
            return;
        }

        using var request = new HttpRequestMessage(HttpMethod.Head, "/_ping");
        using var response = await _http.SendAsync(request, cancellationToken);
        var offered = response.Headers.TryGetValues("Api-Version", out var values)
            && Version.TryParse(values.First(), out var version) ? version : NewestVersion;
        _version = (offered < NewestVersion ? offered : NewestVersion).ToString(2);
    }

    private static JsonElement Json(byte[] content)
    {
        if (content.Length == 0)
        {
            return default;
        }

        using var document = JsonDocument.Parse(content);
        return document.RootElement.Clone();
    }

    internal static string Reason(byte[] content)
    {
        try
        {
            return Json(content).TryGetProperty("message", out var message) ? message.GetString()!
                : Encoding.UTF8.GetString(content).Trim();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return Encoding.UTF8.GetString(content).Trim();
        }
    }
}

/// <summary>A request that the manager refused.</summary>
internal sealed class DockerApiException(HttpStatusCode status, string reason)
    : Exception($"Error response from daemon: {reason}")
{
    public HttpStatusCode Status { get; } = status;
}
