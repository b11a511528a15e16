using Microsoft.Extensions.Diagnostics.HealthChecks;
using Swarm.Hosting.Nodes;

namespace Swarm.Hosting.Health;

/// <summary>Whether the nodes of this process take orders.</summary>
internal sealed class AgentHealthCheck(SwarmNode node) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default) =>
        Task.FromResult(node.AgentsAreReady() switch
        {
            null => HealthCheckResult.Degraded("This node is in no swarm."),
            true => HealthCheckResult.Healthy("Every node of this process has a session."),
            false => new HealthCheckResult(
                context.Registration.FailureStatus,
                "A node of this process has no session with the manager."),
        });
}
