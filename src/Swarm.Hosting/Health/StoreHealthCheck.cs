using Microsoft.Extensions.Diagnostics.HealthChecks;
using Swarm.Hosting.Nodes;

namespace Swarm.Hosting.Health;

/// <summary>Whether the state of the swarm can be read and changed through this node.</summary>
internal sealed class StoreHealthCheck(SwarmNode node) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default) =>
        Task.FromResult(node.NodeId.IsEmpty
            ? HealthCheckResult.Degraded("This node is in no swarm.")
            : HealthCheckResult.Healthy("This node is an active manager."));
}
