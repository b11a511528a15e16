using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Swarm.Dashboard;

/// <summary>A listener of its own for the dashboard, apart from the host's web server and from the API.</summary>
internal sealed partial class DashboardServer(
    IServiceProvider services,
    IOptions<DashboardOptions> options,
    ILoggerFactory loggers) : IHostedService, IAsyncDisposable, IDashboardAddress
{
    private const int MaxConnections = 256;

    private readonly ILogger _logger = loggers.CreateLogger<DashboardServer>();
    private DashboardRun? _run;
    private WebApplication? _app;

    public Uri? Address { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Endpoint is not { } endpoint || DashboardOptionsValidator.Parse(endpoint) is not { } address)
        {
            return;
        }

        _run = new DashboardRun(services, options.Value);
        _app = Build(address);
        _run.Site.Map(_app.MapGroup(""));
        await _app.StartAsync(cancellationToken);
        Address = new Uri(_app.Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.First());
        LogListens(Address);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_run is not null)
        {
            await _run.StopAsync();
        }

        if (_app is not null)
        {
            await _app.StopAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        if (_run is not null)
        {
            await _run.DisposeAsync();
        }
    }

    private WebApplication Build(IPEndPoint address)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(loggers);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Limits.MaxRequestBodySize = 64 * 1024;
            kestrel.Listen(address);
        });
        return builder.Build();
    }

    [LoggerMessage(7000, LogLevel.Information, "The dashboard is at {Address}")]
    private partial void LogListens(Uri address);
}
