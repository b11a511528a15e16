using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Swarm.Control;

namespace Swarm.Dashboard;

/// <summary>A dashboard at work: its site, and the loops that remember events and figures.</summary>
internal sealed class DashboardRun : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Sampler _sampler;
    private readonly Task _loops;
    private bool _disposed;

    public DashboardRun(IServiceProvider services, DashboardOptions options)
    {
        var window = services.GetService<ISwarmWindow>() ?? throw new InvalidOperationException(
            "The host has no swarm manager to show; call AddSwarmManager.");
        var time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        var events = new EventLog(window, time);
        _sampler = new Sampler(window, time, services.GetService<IMeterFactory>());
        Site = new DashboardSite(
            options,
            window,
            services.GetRequiredService<ISwarmClient>(),
            events,
            _sampler,
            time,
            _stop.Token);
        _loops = Task.WhenAll(events.RunAsync(_stop.Token), _sampler.RunAsync(_stop.Token));
    }

    public DashboardSite Site { get; }

    /// <summary>Ends streams and loops.</summary>
    public async Task StopAsync()
    {
        if (_disposed)
        {
            return;
        }

        await _stop.CancelAsync();
        await _loops;
    }

    public async ValueTask DisposeAsync()
    {
        // A container disposes of what it holds under each name that it holds it by.
        if (_disposed)
        {
            return;
        }

        await StopAsync();
        _disposed = true;
        _sampler.Dispose();
        _stop.Dispose();
    }
}
