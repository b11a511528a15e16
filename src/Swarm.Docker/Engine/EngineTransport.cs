using System.Net.Sockets;
using Swarm.Hosting.DockerApi;

namespace Swarm.Docker.Engine;

/// <summary>HTTP to one engine, in the version that both sides speak.</summary>
internal sealed class EngineTransport : IDisposable
{
    /// <summary>Newest version of the API whose documents are known here.</summary>
    private static readonly ApiVersion Newest = new(1, 50);

    private readonly HttpMessageInvoker _http;
    private Ping? _ping;

    internal EngineTransport(EngineAddress address)
    {
        Address = address;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
                new NetworkStream(await address.ConnectAsync(cancellationToken), ownsSocket: true),
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            // An engine that restarts must not be looked for at its old connections for long.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(15),
        });
    }

    internal EngineAddress Address { get; }

    /// <summary>Newest version that both sides speak; the oldest of all until the engine was asked.</summary>
    internal ApiVersion Version => _ping?.Version ?? ApiVersion.Minimum;

    /// <summary>Which builder the engine would have the docker command use; null when it does not say.</summary>
    internal string? BuilderVersion => _ping?.BuilderVersion;

    /// <summary>Learns what the engine speaks, once.</summary>
    /// <exception cref="EngineUnreachableException">It does not answer.</exception>
    internal async ValueTask EnsureVersionAsync(CancellationToken cancellationToken)
    {
        if (_ping is null)
        {
            await PingAsync(cancellationToken);
        }
    }

    /// <summary>Learns what the engine speaks now: it may have been replaced by a newer one.</summary>
    /// <exception cref="EngineUnreachableException">It does not answer.</exception>
    internal async Task PingAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, UriOf("/_ping"));
        using var response = await SendAsync(request, cancellationToken);
        var version = ApiVersion.TryParse(HeaderOf(response, "Api-Version"), out var told) ? told : ApiVersion.Minimum;
        _ping = new(version < Newest ? version : Newest, HeaderOf(response, "Builder-Version"));
    }

    /// <summary>Sends a request; the answer is there when its headers are.</summary>
    /// <exception cref="EngineUnreachableException">It does not answer.</exception>
    internal async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw EngineUnreachableException.At(Address, exception);
        }
    }

    /// <summary>The address of a path with its query; the host is nobody's business on a socket file.</summary>
    internal static Uri UriOf(string pathAndQuery) => new($"http://docker{pathAndQuery}");

    public void Dispose() => _http.Dispose();

    private static string? HeaderOf(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private sealed record Ping(ApiVersion Version, string? BuilderVersion);
}
