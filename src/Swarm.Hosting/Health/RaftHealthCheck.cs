using Microsoft.Extensions.Diagnostics.HealthChecks;
using Swarm.Hosting.Nodes;

namespace Swarm.Hosting.Health;

/// <summary>Whether the managers can agree, as far as this one knows.</summary>
internal sealed class RaftHealthCheck(SwarmNode node) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default)
    {
        if (node.Manager is not { } manager)
        {
            return Task.FromResult(node.NodeId.IsEmpty
                ? HealthCheckResult.Degraded("This node is in no swarm.")
                : HealthCheckResult.Healthy("This node is a worker."));
        }

        var (reachable, unreachable) = manager.CountManagers();
        var managers = reachable + unreachable;
        return Task.FromResult(
            !manager.KnowsLeader ? new HealthCheckResult(
                context.Registration.FailureStatus,
                "No manager leads the swarm.")
            : reachable <= managers / 2 ? HealthCheckResult.Degraded(
                $"This manager reaches {reachable} of {managers} managers, less than a majority.")
            : HealthCheckResult.Healthy($"A manager leads; {reachable} of {managers} managers are reached."));
    }
}
