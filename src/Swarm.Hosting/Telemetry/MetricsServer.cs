using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Swarm.Hosting.Telemetry;

/// <summary>A listener of its own for <c>/metrics</c>, as dockerd's <c>--metrics-addr</c>.</summary>
internal sealed partial class MetricsServer(
    MetricsEndpoint endpoint,
    MetricsSource source,
    ILoggerFactory loggers) : IHostedService, IAsyncDisposable
{
    private const int MaxConnections = 64;

    private readonly ILogger _logger = loggers.CreateLogger<MetricsServer>();
    private WebApplication? _app;

    /// <summary>Where it listens, with the real port where 0 was asked for; null while it does not.</summary>
    public Uri? Address { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime>(EmbeddedLifetime.Instance);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(loggers);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Listen(endpoint.Address);
        });
        _app = builder.Build();
        _app.MapGet("/metrics", source.WriteAsync);
        await _app.StartAsync(cancellationToken);
        Address = new Uri(_app.Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.First());
        LogListens(Address);
    }

    public Task StopAsync(CancellationToken cancellationToken) =>
        _app?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }

    [LoggerMessage(4300, LogLevel.Information, "Metrics are at {Address}metrics")]
    private partial void LogListens(Uri address);
}

/// <summary>Where metrics are served.</summary>
internal sealed record MetricsEndpoint(IPEndPoint Address);
