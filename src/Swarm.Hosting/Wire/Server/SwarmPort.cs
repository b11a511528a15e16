using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Swarm.Hosting.Wire.Server;

/// <summary>The swarm port of a manager: SwarmKit's gRPC services over TLS on one address.</summary>
internal sealed class SwarmPort : IAsyncDisposable
{
    private const int MaxConnections = 20_000;

    // An agent keeps half a dozen streams on one connection; a manager that passes calls on has those of many agents.
    private const int MaxStreams = 10_000;

    private static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    private readonly WebApplication _app;
    private readonly PortIdentity _identity;

    private SwarmPort(WebApplication app, PortIdentity identity) => (_app, _identity) = (app, identity);

    /// <summary>Opens the port.</summary>
    /// <exception cref="SwarmException">
    /// <see cref="SwarmErrorCode.Unavailable"/>: the address is in use, or not of this machine.
    /// </exception>
    public static async Task<SwarmPort> OpenAsync(
        IPEndPoint endPoint,
        PortIdentity identity,
        ManagerServices services,
        TimeProvider time,
        ILoggerFactory loggers,
        CancellationToken cancellationToken)
    {
        var app = Build(endPoint, identity, services, time, loggers);
        try
        {
            await app.StartAsync(cancellationToken);
            return new SwarmPort(app, identity);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            await app.DisposeAsync();
            throw new SwarmException(
                SwarmErrorCode.Unavailable,
                $"could not listen at the swarm address {endPoint}: {exception.Message}; "
                + "choose another one with --listen-addr",
                exception);
        }
    }

    /// <summary>Lets calls finish until the token is cancelled, then cuts them off.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _app.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        _identity.Dispose();
    }

    private static WebApplication Build(
        IPEndPoint endPoint,
        PortIdentity identity,
        ManagerServices services,
        TimeProvider time,
        ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => Configure(kestrel, endPoint, identity));
        builder.Services.AddSingleton<IHostLifetime>(EmbeddedLifetime.Instance);
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton(services);
        builder.Services.AddSingleton(time);
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = WireLimits.MaxMessage;
            grpc.MaxSendMessageSize = null;
            grpc.Interceptors.Add<CallGate>();
        });
        builder.Services.AddSingleton<CallGate>();
        builder.Services.AddSingleton<LeaderProxy>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = HandshakeTimeout);
        var app = builder.Build();
        app.Use(app.Services.GetRequiredService<LeaderProxy>().InvokeAsync);
        app.UseRouting();
        app.MapGrpcService<CaService>();
        app.MapGrpcService<NodeCaService>();
        app.MapGrpcService<DispatcherService>();
        app.MapGrpcService<LogBrokerService>();
        app.MapGrpcService<ResourceAllocatorService>();
        app.MapGrpcService<RaftService>();
        app.MapGrpcService<RaftMembershipService>();
        app.MapGrpcService<ControlService>();
        app.MapGrpcService<LogsService>();
        app.MapGrpcService<HealthService>();
        app.MapGrpcService<MeshWatchService>();
        return app;
    }

    private static void Configure(KestrelServerOptions kestrel, IPEndPoint endPoint, PortIdentity identity)
    {
        kestrel.AddServerHeader = false;

        // Our own clients do TLS beside HTTP/2 and call the scheme http.
        kestrel.AllowAlternateSchemes = true;
        kestrel.Limits.MaxConcurrentConnections = MaxConnections;
        kestrel.Limits.Http2.MaxStreamsPerConnection = MaxStreams;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MaxRequestBodySize = null;

        // Agents that vanish without a word must not keep their connections for ever.
        kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
        kestrel.Listen(endPoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                HandshakeTimeout = HandshakeTimeout,
                OnConnection = _ => ValueTask.FromResult(identity.Options),
            });
            listen.Use(AssumedHttp2.Middleware);
        });
    }
}
