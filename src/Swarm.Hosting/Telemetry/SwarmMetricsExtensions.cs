using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Swarm.Hosting;
using Swarm.Hosting.Telemetry;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Serves what the swarm measures, in Prometheus' text format and under the engine's names.</summary>
public static class SwarmMetricsExtensions
{
    /// <summary>Serves <c>/metrics</c> at a listener of its own, as dockerd does with <c>--metrics-addr</c>.</summary>
    /// <param name="builder">The manager.</param>
    /// <param name="address">IP address and port, such as <c>127.0.0.1:9323</c>; whoever reaches it can read.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="FormatException">The address is not an IP address and a port.</exception>
    public static ISwarmBuilder AddMetricsEndpoint(this ISwarmBuilder builder, string address)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(address);
        if (!IPEndPoint.TryParse(address, out var endpoint) || !address.Contains(':', StringComparison.Ordinal))
        {
            throw new FormatException($"the address of metrics {address} must be IP:PORT, such as 127.0.0.1:9323");
        }

        AddSource(builder.Services);
        builder.Services.AddSingleton(new MetricsEndpoint(endpoint));
        builder.Services.TryAddSingleton<MetricsServer>();
        builder.Services.AddSingleton<IHostedService>(services => services.GetRequiredService<MetricsServer>());
        return builder;
    }

    /// <summary>Serves metrics among the host's own endpoints.</summary>
    /// <param name="endpoints">The endpoints of a host that also calls <c>AddSwarmManager</c>.</param>
    /// <param name="pattern">Where.</param>
    /// <returns>For conventions such as <c>RequireAuthorization</c>.</returns>
    public static IEndpointConventionBuilder MapSwarmMetrics(
        this IEndpointRouteBuilder endpoints,
        string pattern = "/metrics")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var source = endpoints.ServiceProvider.GetRequiredService<MetricsSource>();
        return endpoints.MapGet(pattern, (RequestDelegate)source.WriteAsync);
    }

    internal static void AddSource(IServiceCollection services) =>
        services.TryAddSingleton(provider => new MetricsSource(provider));
}
