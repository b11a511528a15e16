using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Swarm.Hosting.DockerApi;
using Swarm.Hosting.Nodes;
using Swarm.Telemetry;

namespace Swarm.Hosting.Telemetry;

/// <summary>What a request for metrics is answered with. It listens from the moment that somebody wants it.</summary>
internal sealed class MetricsSource : IDisposable
{
    private readonly PrometheusExporter _exporter;
    private readonly NodeMetrics? _node;

    public MetricsSource(IServiceProvider services)
    {
        var meters = services.GetService<IMeterFactory>();
        _exporter = new PrometheusExporter(meters);
        _node = services.GetService<SwarmNode>() is { } node
            ? new NodeMetrics(meters, node, services.GetRequiredService<DockerApiOptions>())
            : null;
    }

    public Task WriteAsync(HttpContext context)
    {
        context.Response.ContentType = PrometheusExporter.ContentType;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(_exporter.Collect(), context.RequestAborted);
    }

    public void Dispose()
    {
        _node?.Dispose();
        _exporter.Dispose();
    }
}
