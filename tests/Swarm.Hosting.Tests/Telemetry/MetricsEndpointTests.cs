using Microsoft.Extensions.DependencyInjection;
using Swarm.Hosting.Telemetry;
using Swarm.Hosting.Tests.Nodes;

namespace Swarm.Hosting.Tests.Telemetry;

public sealed class MetricsEndpointTests
{
    /// <summary>What dockerd of a manager serves, as far as there is something to say here.</summary>
    private static readonly string[] OfTheEngine =
    [
        "engine_daemon_container_states_containers{state=\"running\"}",
        "engine_daemon_engine_cpus_cpus",
        "engine_daemon_engine_info{",
        "engine_daemon_engine_memory_bytes",
        "swarm_dispatcher_scheduling_delay_seconds_count",
        "swarm_manager_configs_total",
        "swarm_manager_leader",
        "swarm_manager_networks_total",
        "swarm_manager_nodes{state=\"ready\"}",
        "swarm_manager_secrets_total",
        "swarm_manager_services_total",
        "swarm_manager_tasks_total{state=\"running\"}",
        "swarm_node_info{swarm_id=",
        "swarm_node_manager",
        "swarm_raft_transaction_latency_seconds_count",
        "swarm_store_batch_latency_seconds_count",
        "swarm_store_write_tx_latency_seconds_count",
    ];

    [Fact]
    public async Task A_manager_serves_what_the_engine_serves()
    {
        await using var swarm = await SwarmHostUnderTest.StartAsync(services => services
            .AddSwarmManager()
            .UseInMemoryExecutor()
            .AddMetricsEndpoint("127.0.0.1:0"));
        await swarm.Client.Services.CreateAsync(SwarmHostUnderTest.Spec("web", replicas: 2));
        using var http = new HttpClient
        {
            BaseAddress = swarm.Host.Services.GetRequiredService<MetricsServer>().Address,
        };
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        string text;
        do
        {
            text = await http.GetStringAsync(new Uri("metrics", UriKind.Relative), patience.Token);
        }
        while (!text.Contains("swarm_manager_tasks_total{state=\"running\"} 2", StringComparison.Ordinal)
            || !text.Contains("swarm_dispatcher_scheduling_delay_seconds_count 2", StringComparison.Ordinal));

        Assert.All(OfTheEngine, name => Assert.Contains($"\n{name}", text, StringComparison.Ordinal));
        Assert.Contains("\nswarm_manager_leader 1\n", text, StringComparison.Ordinal);
        Assert.Contains("\nswarm_node_manager 1\n", text, StringComparison.Ordinal);
        Assert.Contains("\nswarm_raft_term ", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("9323")]
    [InlineData("localhost:9323")]
    [InlineData("http://127.0.0.1:9323")]
    public void An_address_that_is_none_is_refused(string address) =>
        Assert.Throws<FormatException>(() => new ServiceCollection().AddSwarmManager().AddMetricsEndpoint(address));
}
