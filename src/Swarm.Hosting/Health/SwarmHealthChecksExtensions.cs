using Microsoft.Extensions.Diagnostics.HealthChecks;
using Swarm.Hosting.Health;
using Swarm.Hosting.Nodes;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Tells a host's health checks how its swarm node is doing.</summary>
public static class SwarmHealthChecksExtensions
{
    private static readonly string[] Tags = ["ready", "swarm"];

    /// <summary>
    /// Adds four checks, all with the tags <c>ready</c> and <c>swarm</c>. <c>swarm-store</c> is healthy while this node
    /// is an active manager. <c>swarm-raft</c> is healthy while a manager leads, degraded while this one reaches no
    /// majority, and fails while nobody leads. <c>swarm-dataplane</c> is degraded while there are published ports that
    /// this node cannot answer, as when another program has them. <c>swarm-agent</c> is healthy while each node of this
    /// process has a session with the manager; without one, no task starts or stops there, and the check fails. The
    /// first, the second and the last are degraded while the node is in no swarm, as before <c>docker swarm init</c>.
    /// The checks read what is in memory: they neither wait nor do I/O.
    /// </summary>
    /// <param name="builder">The health checks of a host that also calls <c>AddSwarmManager</c>.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is null.</exception>
    public static IHealthChecksBuilder AddSwarm(this IHealthChecksBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder
            .Add(new HealthCheckRegistration(
                "swarm-store", services => new StoreHealthCheck(NodeOf(services)), failureStatus: null, Tags))
            .Add(new HealthCheckRegistration(
                "swarm-agent", services => new AgentHealthCheck(NodeOf(services)), failureStatus: null, Tags))
            .Add(new HealthCheckRegistration(
                "swarm-raft", services => new RaftHealthCheck(NodeOf(services)), failureStatus: null, Tags))
            .Add(new HealthCheckRegistration(
                "swarm-dataplane", services => new MeshHealthCheck(NodeOf(services)), failureStatus: null, Tags));
    }

    private static SwarmNode NodeOf(IServiceProvider services) => services.GetService<SwarmNode>()
        ?? throw new InvalidOperationException("The host has no swarm manager; call AddSwarmManager.");
}
