using Microsoft.Extensions.Diagnostics.HealthChecks;
using Swarm.Hosting.Nodes;

namespace Swarm.Hosting.Health;

/// <summary>Whether this node answers the published ports.</summary>
internal sealed class MeshHealthCheck(SwarmNode node) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default) =>
        Task.FromResult(node.ClosedPorts switch
        {
            null => HealthCheckResult.Healthy("This node answers no published ports by itself."),
            [] => HealthCheckResult.Healthy("Every published port is answered."),
            var ports => HealthCheckResult.Degraded(
                $"Published ports that this node cannot answer: {string.Join(", ", ports)}."),
        });
}
