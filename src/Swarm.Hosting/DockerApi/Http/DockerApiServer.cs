using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Swarm.Hosting.DockerApi;

/// <summary>Listeners of its own for the API, independent of the host's web server. Starts and stops once.</summary>
internal sealed partial class DockerApiServer(
    DockerEngineApi api,
    ILoggerFactory loggerFactory,
    IEngineGateway? engine = null,
    TimeProvider? timeProvider = null)
    : IHttpApplication<HttpContext>, IAsyncDisposable
{
    private const int MaxConnections = 4096;
    private const int MaxUpgradedConnections = 1024;
    private const int MaxRequestLine = 512 * 1024;
    private const int MaxHeaderBytes = 256 * 1024;

    private readonly ILogger _logger = loggerFactory.CreateLogger<DockerApiServer>();
    private readonly CancellationTokenSource _stopping = new();
    private KestrelServer? _server;

    /// <summary>Where it listens; a TCP port that was 0 is the real one.</summary>
    public IReadOnlyList<DockerApiAddress> Addresses { get; private set; } = [];

    /// <summary>Starts to listen at every address, or throws and listens at none.</summary>
    /// <exception cref="IOException">An address is in use, or its path is no socket.</exception>
    public async Task StartAsync(IReadOnlyList<DockerApiAddress> addresses, CancellationToken cancellationToken)
    {
        foreach (var address in addresses.Where(address => address.SocketPath is not null))
        {
            await SocketFile.MakeWayAsync(address.SocketPath!, cancellationToken);
        }

        _server = CreateServer(addresses);
        await _server.StartAsync(this, cancellationToken);
        Addresses = ActualAddresses(addresses, _server);
        foreach (var address in Addresses)
        {
            if (address.SocketPath is { } path)
            {
                SocketFile.Restrict(path);
            }
            else
            {
                LogWithoutTls(address);
            }
        }
    }

    /// <summary>Ends streams, lets requests finish until the token is cancelled, then cuts them off.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        if (_server is not null)
        {
            await _server.StopAsync(cancellationToken);
        }

        foreach (var path in Addresses.Select(address => address.SocketPath).OfType<string>())
        {
            File.Delete(path);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        _server?.Dispose();
        _stopping.Dispose();
    }

    HttpContext IHttpApplication<HttpContext>.CreateContext(IFeatureCollection contextFeatures) =>
        new DefaultHttpContext(contextFeatures);

    Task IHttpApplication<HttpContext>.ProcessRequestAsync(HttpContext context) =>
        api.InvokeAsync(context, _stopping.Token);

    void IHttpApplication<HttpContext>.DisposeContext(HttpContext context, Exception? exception)
    {
        // The context holds nothing but features of the connection.
    }

    private KestrelServer CreateServer(IReadOnlyList<DockerApiAddress> addresses)
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxConcurrentConnections = MaxConnections;
        options.Limits.MaxConcurrentUpgradedConnections = MaxUpgradedConnections;
        options.Limits.MaxRequestLineSize = MaxRequestLine;
        options.Limits.MaxRequestBufferSize = 2 * MaxRequestLine;
        options.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        // The API limits bodies itself, so that the client reads an answer instead of finding the connection cut.
        options.Limits.MaxRequestBodySize = null;
        // Whoever pauses the output of `docker logs --follow` wants to go on reading later.
        options.Limits.MinResponseDataRate = null;
        foreach (var address in addresses)
        {
            if (address.SocketPath is { } path)
            {
                options.ListenUnixSocket(path, Listen);
            }
            else
            {
                options.Listen(address.EndPoint!, Listen);
            }
        }

        var transport = new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggerFactory);
        return new KestrelServer(Options.Create(options), transport, loggerFactory);
    }

    private void Listen(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(next => connection => ServeAsync(connection, next));
    }

    // A web server cannot keep one direction of a connection open when the other has ended; `exec -i` needs it.
    private async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var (isOpen, head) = await RequestHead.PeekAsync(
            connection, timeProvider ?? TimeProvider.System, _stopping.Token);
        if (!isOpen)
        {
            return;
        }

        if (head is { ChangesProtocol: true } && engine is not null)
        {
            await engine.TunnelAsync(connection, _stopping.Token);
        }
        else if (head is not null && HijackServer.Takes(head))
        {
            await HijackServer.ServeAsync(connection, head, api, _stopping.Token);
        }
        else
        {
            await next(connection);
        }
    }

    private static IReadOnlyList<DockerApiAddress> ActualAddresses(
        IReadOnlyList<DockerApiAddress> wanted, KestrelServer server)
    {
        var bound = server.Features.Get<IServerAddressesFeature>()?.Addresses.ToArray() ?? [];
        return [.. wanted.Select((address, i) => address.EndPoint is { Port: 0 } endPoint && i < bound.Length
            ? new DockerApiAddress(null, new IPEndPoint(endPoint.Address, new Uri(bound[i]).Port))
            : address)];
    }

    [LoggerMessage(
        4002, LogLevel.Warning, "The API listens at {Address} without TLS: whoever reaches it controls this node")]
    private partial void LogWithoutTls(DockerApiAddress address);
}
