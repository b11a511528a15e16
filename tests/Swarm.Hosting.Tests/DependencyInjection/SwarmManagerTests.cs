using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Swarm.Execution;
using Swarm.Hosting.Tests.Nodes;

namespace Swarm.Hosting.Tests.DependencyInjection;

public class SwarmManagerTests
{
    [Fact]
    public async Task The_client_comes_from_the_container_and_a_service_converges()
    {
        await using var swarm = await SwarmHostUnderTest.StartAsync(services =>
            services.AddSwarmManager().UseInMemoryExecutor());

        var service = await swarm.Client.Services.CreateAsync(SwarmHostUnderTest.Spec("web", 3));
        var last = default(ServiceProgress);
        await foreach (var progress in swarm.Client.Services.WaitUntilConvergedAsync(service.Id))
        {
            last = progress;
        }

        Assert.NotNull(last);
        Assert.Equal((3L, 3L, true), (last.Running, last.Desired, last.Converged));
    }

    [Fact]
    public async Task A_host_that_is_told_to_stop_ends_what_waits_for_its_swarm()
    {
        await using var swarm = await SwarmHostUnderTest.StartAsync(services =>
            services.AddSwarmManager().UseInMemoryExecutor());
        var spec = SwarmHostUnderTest.Spec("nowhere");
        var service = await swarm.Client.Services.CreateAsync(spec with
        {
            TaskTemplate = spec.TaskTemplate with { Placement = new() { Constraints = ["node.labels.no==such"] } },
        });
        var converging = swarm.Client.Services.WaitUntilConvergedAsync(service.Id).CountAsync().AsTask();
        var watching = swarm.Client.WatchAsync().CountAsync().AsTask();
        Assert.False(converging.IsCompleted || watching.IsCompleted);

        swarm.Host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => converging);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
        Assert.Equal(service.Id, (await swarm.Client.Services.FindAsync("nowhere")).Id);
    }

    [Fact]
    public async Task Port_0_is_a_free_one_and_others_find_the_node_there()
    {
        await using var first = await SwarmHostUnderTest.StartAsync(services => services
            .AddSwarmManager(options => (options.ListenAddress, options.AdvertiseAddress) = ("127.0.0.1:0", null))
            .UseInMemoryExecutor());
        await using var second = await SwarmHostUnderTest.StartAsync(services => services
            .AddSwarmManager(options => (options.ListenAddress, options.AdvertiseAddress) = ("127.0.0.1:0", null))
            .UseInMemoryExecutor());

        var address = Assert.Single(await first.NodesAsync()).ManagerStatus!.Address;
        Assert.Matches(@"^127\.0\.0\.1:[1-9]\d*$", address);
        Assert.NotEqual("127.0.0.1:2377", address);
        Assert.NotEqual(address, Assert.Single(await second.NodesAsync()).ManagerStatus!.Address);
    }

    [Fact]
    public async Task A_manager_joins_the_swarm_that_its_options_name()
    {
        await using var first = await SwarmHostUnderTest.StartAsync(services =>
            services.AddSwarmManager(options => options.AdvertiseAddress = null).UseInMemoryExecutor());
        var cluster = await first.Client.Cluster.GetAsync();
        await using var second = await SwarmHostUnderTest.StartAsync(services =>
            services.AddSwarmManager(options =>
            {
                options.NodeName = "manager-2";
                options.AdvertiseAddress = null;
                options.JoinAddress = first.Host.Services
                    .GetRequiredService<IOptions<SwarmManagerOptions>>().Value.ListenAddress;
                options.JoinToken = cluster.RootCa.ManagerJoinToken;
            }).UseInMemoryExecutor());

        Assert.True(second.Node.IsManager);
        Assert.Equal(cluster.Id, (await second.Client.Cluster.GetAsync()).Id);
        Assert.Equal(
            ["manager-1", "manager-2"],
            (await second.NodesAsync()).Select(node => node.Description!.Hostname).Order());
    }

    [Theory]
    [InlineData("10.0.0.1:2377", null, "belong together")]
    [InlineData(null, "SWMTKN-1-a-b", "belong together")]
    [InlineData("10.0.0.1", "SWMTKN-1-a-b", "must be host:port")]
    public async Task A_manager_that_cannot_know_what_to_join_does_not_start(string? address, string? token, string reason)
    {
        await using var swarm = SwarmHostUnderTest.Build(services =>
            services.AddSwarmManager(options => (options.JoinAddress, options.JoinToken) = (address, token)));

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => swarm.Host.StartAsync());

        Assert.Contains(reason, Assert.Single(exception.Failures));
    }

    [Fact]
    public void Options_come_from_the_section_Swarm_and_then_from_code()
    {
        var swarm = SwarmHostUnderTest.Build(
            services => services.AddSwarmManager(options => options.TaskHistoryLimit = 9),
            ("Swarm:TaskHistoryLimit", "7"),
            ("Swarm:HeartbeatPeriod", "00:00:09"),
            ("Swarm:RunTasks", "false"),
            ("Swarm:DefaultAddressPool:0", "10.20.0.0/16"),
            ("Swarm:EngineLabels:disk", "ssd"));

        var options = swarm.Host.Services.GetRequiredService<IOptions<SwarmManagerOptions>>().Value;
        Assert.Equal(
            (9, TimeSpan.FromSeconds(9), false, "manager-1"),
            (options.TaskHistoryLimit, options.HeartbeatPeriod, options.RunTasks, options.NodeName));
        Assert.Equal(["10.20.0.0/16"], options.DefaultAddressPool);
        Assert.Equal("ssd", options.EngineLabels["disk"]);
    }

    [Fact]
    public async Task The_swarm_is_as_the_options_say()
    {
        await using var swarm = SwarmHostUnderTest.Build(
            services => services.AddSwarmManager(options => options.HeartbeatPeriod = TimeSpan.FromSeconds(9))
                .UseInMemoryExecutor(),
            ("Swarm:TaskHistoryLimit", "7"),
            ("Swarm:RunTasks", "false"),
            ("Swarm:EngineLabels:disk", "ssd"));
        await swarm.Host.StartAsync();

        var cluster = await swarm.Client.Cluster.GetAsync();
        var node = Assert.Single(await swarm.NodesAsync());
        Assert.Equal(
            (7L, TimeSpan.FromSeconds(9)),
            (cluster.Spec.TaskHistoryRetentionLimit, cluster.Spec.HeartbeatPeriod));
        Assert.Equal(("manager-1", NodeAvailability.Drain), (node.Description!.Hostname, node.Spec.Availability));
        Assert.Equal("ssd", node.Description.Engine!.Labels["disk"]);
    }

    [Fact]
    public async Task All_faults_of_the_options_are_told_together_at_the_start()
    {
        await using var swarm = SwarmHostUnderTest.Build(
            services => services.AddSwarmManager().UseInMemoryExecutor(),
            ("Swarm:DataDirectory", " "),
            ("Swarm:ListenAddress", "nowhere"),
            ("Swarm:TaskHistoryLimit", "1001"),
            ("Swarm:HeartbeatPeriod", "00:00:00.5"),
            ("Swarm:CertificateLifetime", "00:59:59"),
            ("Swarm:DefaultAddressPool:0", "everywhere"),
            ("Swarm:SubnetSize", "30"),
            ("Swarm:DataPathPort", "80"));

        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => swarm.Host.StartAsync());

        Assert.Equal(8, fault.Failures.Count());
        Assert.All(fault.Failures, failure => Assert.StartsWith("Swarm:", failure, StringComparison.Ordinal));
        Assert.Contains("'nowhere' must be host:port", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_setting_that_is_null_is_a_fault_and_not_a_crash()
    {
        await using var swarm = SwarmHostUnderTest.Build(services =>
            services.AddSwarmManager(options =>
            {
                options.ListenAddress = null!;
                options.DataDirectory = null!;
            }));

        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => swarm.Host.StartAsync());
        Assert.Equal(2, fault.Failures.Count());
    }

    [Fact]
    public async Task Addresses_of_the_api_are_checked_before_anything_starts()
    {
        await using var swarm = SwarmHostUnderTest.Build(services => services.AddSwarmManager().UseInMemoryExecutor()
            .AddDockerApi(api =>
            {
                api.Endpoints.Add("http://here");
                api.Endpoints.Add("unix://relative.sock");
            }));

        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => swarm.Host.StartAsync());
        Assert.Equal(2, fault.Failures.Count());
        Assert.True(swarm.Node.NodeId.IsEmpty);
    }

    [Fact]
    public void A_process_holds_one_manager()
    {
        var services = new ServiceCollection();
        services.AddSwarmManager();
        var fault = Assert.Throws<InvalidOperationException>(() => services.AddSwarmManager());
        Assert.Contains("Use AddSwarmWorker for more nodes", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_stop_of_the_host_removes_its_tasks()
    {
        InMemoryExecutor? executor = null;
        await using var swarm = await SwarmHostUnderTest.StartAsync(services =>
            services.AddSwarmManager().UseInMemoryExecutor(made => executor = made));
        var service = await swarm.Client.Services.CreateAsync(SwarmHostUnderTest.Spec("web", 3));
        await swarm.RunAsync(service.Id, 3);
        Assert.Equal(3, executor!.Running.Count);

        await swarm.Host.StopAsync();

        Assert.Empty(executor.Running);
        Assert.Throws<SwarmException>(() => swarm.Client.Services);
    }

    [Fact]
    public async Task The_stop_of_the_host_can_leave_its_tasks_alone()
    {
        InMemoryExecutor? executor = null;
        await using var swarm = await SwarmHostUnderTest.StartAsync(services => services
            .AddSwarmManager(options => options.StopTasksOnShutdown = false)
            .UseInMemoryExecutor(made => executor = made));
        var service = await swarm.Client.Services.CreateAsync(SwarmHostUnderTest.Spec("web", 3));
        await swarm.RunAsync(service.Id, 3);

        await swarm.Host.StopAsync();

        Assert.Equal(3, executor!.Running.Count);
    }
}
