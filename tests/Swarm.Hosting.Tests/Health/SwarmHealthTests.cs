using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Swarm.Hosting.Tests.Nodes;

namespace Swarm.Hosting.Tests.Health;

public class SwarmHealthTests
{
    [Fact]
    public async Task An_active_manager_with_ready_agents_is_healthy_and_one_in_no_swarm_is_degraded()
    {
        await using var swarm = await SwarmHostUnderTest.StartAsync(services =>
        {
            services.AddSwarmManager().UseInMemoryExecutor();
            services.AddSwarmWorker().UseInMemoryExecutor();
            services.AddHealthChecks().AddSwarm();
        });
        Assert.Equal(
            [
                ("swarm-agent", HealthStatus.Healthy),
                ("swarm-dataplane", HealthStatus.Healthy),
                ("swarm-raft", HealthStatus.Healthy),
                ("swarm-store", HealthStatus.Healthy),
            ],
            await CheckAsync(swarm));

        await swarm.Node.LeaveAsync(force: true, default);

        Assert.Equal(
            [
                ("swarm-agent", HealthStatus.Degraded),
                ("swarm-dataplane", HealthStatus.Healthy),
                ("swarm-raft", HealthStatus.Degraded),
                ("swarm-store", HealthStatus.Degraded),
            ],
            await CheckAsync(swarm));
    }

    [Fact]
    public void All_checks_have_the_tags_ready_and_swarm()
    {
        var swarm = SwarmHostUnderTest.Build(services =>
        {
            services.AddSwarmManager();
            services.AddHealthChecks().AddSwarm();
        });
        var checks = swarm.Host.Services.GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value.Registrations;
        Assert.Equal(4, checks.Count);
        Assert.All(checks, check => Assert.Equal(["ready", "swarm"], check.Tags.Order()));
    }

    [Fact]
    public async Task Without_a_manager_the_checks_say_what_is_missing()
    {
        await using var swarm = await SwarmHostUnderTest.StartAsync(services =>
        {
            services.AddLogging();
            services.AddHealthChecks().AddSwarm();
        });
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => CheckAsync(swarm));
        Assert.Equal("The host has no swarm manager; call AddSwarmManager.", fault.Message);
    }

    private static async Task<IEnumerable<(string Name, HealthStatus Status)>> CheckAsync(SwarmHostUnderTest swarm)
    {
        var report = await swarm.Host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        return report.Entries.Select(entry => (entry.Key, entry.Value.Status)).Order();
    }
}
