using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Swarm.Hosting.Nodes;
using Swarm.Hosting.Tests.Nodes;

namespace Swarm.Hosting.Tests.DependencyInjection;

public class SwarmWorkerTests
{
    [Fact]
    public async Task Workers_are_nodes_with_names_and_labels_of_their_own()
    {
        await using var swarm = await SwarmHostUnderTest.StartAsync(services =>
        {
            services.AddSwarmManager().UseInMemoryExecutor();
            services.AddSwarmWorker().UseInMemoryExecutor();
            services.AddSwarmWorker(options =>
            {
                options.NodeName = "second";
                options.EngineLabels["disk"] = "ssd";
            }).UseInMemoryExecutor();
        });

        var nodes = await swarm.NodesAsync();
        Assert.Equal(
            [("manager-1", NodeRole.Manager), ("second", NodeRole.Worker), ("worker-1", NodeRole.Worker)],
            nodes.Select(node => (node.Description!.Hostname, node.Role)).Order());
        Assert.All(nodes, node => Assert.Equal(NodeState.Ready, node.Status.State));

        var spec = SwarmHostUnderTest.Spec("web", 3);
        var service = await swarm.Client.Services.CreateAsync(spec with
        {
            TaskTemplate = spec.TaskTemplate with { Placement = new() { Constraints = ["engine.labels.disk==ssd"] } },
        });
        await swarm.RunAsync(service.Id, 3);
        var second = nodes.Single(node => node.Description!.Hostname == "second").Id;
        Assert.All(await swarm.TasksAsync(service.Id), task => Assert.Equal(second, task.NodeId));
    }

    [Fact]
    public async Task A_worker_that_joins_over_the_network_is_a_node_of_its_own_and_the_same_one_after_a_restart()
    {
        await using var manager = await SwarmHostUnderTest.StartAsync(services =>
            services.AddSwarmManager().UseInMemoryExecutor());
        var token = (await manager.Client.Cluster.GetAsync()).RootCa.WorkerJoinToken;
        var address = manager.Host.Services.GetRequiredService<IOptions<SwarmManagerOptions>>().Value.ListenAddress;
        var directory = Directory.CreateTempSubdirectory("swarm-remote-");
        void Configure(IServiceCollection services) => services
            .AddSwarmWorker(options =>
            {
                options.JoinAddress = address;
                options.JoinToken = token;
                options.DataDirectory = directory.FullName;
            })
            .UseInMemoryExecutor();

        NodeId first;
        await using (await SwarmHostUnderTest.StartAsync(Configure))
        {
            first = (await ReadyAsync(manager)).Id;
        }

        await using (await SwarmHostUnderTest.StartAsync(Configure))
        {
            Assert.Equal(first, (await ReadyAsync(manager)).Id);
        }

        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_worker_that_a_manager_refuses_stops_the_start_with_the_reason()
    {
        await using var manager = await SwarmHostUnderTest.StartAsync(services =>
            services.AddSwarmManager().UseInMemoryExecutor());
        var token = (await manager.Client.Cluster.GetAsync()).RootCa.WorkerJoinToken;
        var address = manager.Host.Services.GetRequiredService<IOptions<SwarmManagerOptions>>().Value.ListenAddress;
        var directory = Directory.CreateTempSubdirectory("swarm-remote-");

        var refusal = await Assert.ThrowsAsync<SwarmException>(() => SwarmHostUnderTest.StartAsync(services => services
            .AddSwarmWorker(options =>
            {
                options.JoinAddress = address;
                options.JoinToken = token[..^3] + "zzz";
                options.DataDirectory = directory.FullName;
            })
            .UseInMemoryExecutor()));

        Assert.Contains("A valid join token is necessary to join this cluster", refusal.Message, StringComparison.Ordinal);
        directory.Delete(recursive: true);
    }

    private static async Task<Node> ReadyAsync(SwarmHostUnderTest manager)
    {
        while (true)
        {
            await foreach (var node in manager.Client.Nodes.ListAsync())
            {
                if (node is { Role: NodeRole.Worker, Status.State: NodeState.Ready })
                {
                    return node;
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    [Fact]
    public async Task A_worker_without_a_manager_is_refused()
    {
        await using var swarm = SwarmHostUnderTest.Build(services => services.AddSwarmWorker());
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => swarm.Host.StartAsync());
        Assert.Equal("Worker worker-1 has no manager to join; set JoinAddress, or call AddSwarmManager as well.", fault.Message);
    }

    [Fact]
    public async Task Two_nodes_of_one_name_are_refused()
    {
        await using var swarm = SwarmHostUnderTest.Build(services =>
        {
            services.AddSwarmManager().UseInMemoryExecutor();
            services.AddSwarmWorker(options => options.NodeName = "manager-1").UseInMemoryExecutor();
        });

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => swarm.Host.StartAsync());

        Assert.Equal("Two nodes of this process have the name manager-1; give each its own NodeName.", fault.Message);
        Assert.True(swarm.Node.NodeId.IsEmpty);
    }

    [Fact]
    public async Task After_leave_and_init_the_workers_are_there_again()
    {
        await using var swarm = await SwarmHostUnderTest.StartAsync(services =>
        {
            services.AddSwarmManager().UseInMemoryExecutor();
            services.AddSwarmWorker().UseInMemoryExecutor();
        });
        var former = await swarm.NodesAsync();
        var service = await swarm.Client.Services.CreateAsync(SwarmHostUnderTest.Spec("web", 4));
        await swarm.RunAsync(service.Id, 4);

        await swarm.Node.LeaveAsync(force: true, default);
        Assert.Equal(LocalNodeState.Inactive, swarm.Node.State);
        var left = Assert.Throws<SwarmException>(() => swarm.Client.Services);
        Assert.Equal(SwarmErrorCode.Unavailable, left.Code);

        var options = swarm.Host.Services.GetRequiredService<IOptions<SwarmManagerOptions>>().Value;
        await swarm.Node.InitAsync(NewSwarm.RequestOf(options), default);
        var nodes = await swarm.NodesAsync();
        Assert.Equal(["manager-1", "worker-1"], nodes.Select(node => node.Description!.Hostname).Order());
        Assert.Empty(nodes.Select(node => node.Id).Intersect(former.Select(node => node.Id)));
        Assert.Empty(await swarm.TasksAsync());
        service = await swarm.Client.Services.CreateAsync(SwarmHostUnderTest.Spec("web", 4));
        await swarm.RunAsync(service.Id, 4);
    }
}
