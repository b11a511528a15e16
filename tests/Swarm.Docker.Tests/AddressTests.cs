using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Docker.Engine;
using Swarm.Docker.Execution;
using Swarm.Hosting.Mesh;

namespace Swarm.Docker.Tests;

/// <summary>Networks with the addresses that the swarm gave out, where the machine can have them.</summary>
public sealed class AddressTests
{
    private static readonly NetworkAttachment Front = On("front", "10.0.1.0/24", "10.0.1.1", "10.0.1.5/24");

    [Fact]
    public void The_addresses_of_an_attachment_make_a_network_whose_last_part_is_left_to_others()
    {
        var addresses = SwarmAddresses.Of(Front)!;

        var made = Assert.Single(addresses.Addressing.Config!);
        Assert.Equal(("10.0.1.0/24", "10.0.1.1", "10.0.1.224/27"), (made.Subnet, made.Gateway, made.Range));
        Assert.True(addresses.AreOf(new() { Addressing = addresses.Addressing }));
        Assert.False(addresses.AreOf(new() { Addressing = new([new() { Subnet = "172.18.0.0/16" }]) }));
        Assert.False(addresses.AreOf(new() { Addressing = new(null) }));
    }

    [Theory]
    [InlineData("fd00::/64", "fd00::1", "fd00::5/64")]
    [InlineData("10.0.1.0/24", "", "10.0.1.5/24")]
    [InlineData("10.0.1.0/24", "10.0.1.1", "10.0.2.5/24")]
    [InlineData("nonsense", "10.0.1.1", "10.0.1.5/24")]
    public void What_no_bridge_can_have_is_left_to_the_engine(string subnet, string gateway, string own) =>
        Assert.Null(SwarmAddresses.Of(On("front", subnet, gateway, own)));

    [Fact]
    public async Task Where_the_node_answers_a_network_the_engine_knows_no_names_of_services()
    {
        var (engine, plan) = await PrepareAsync(new FakeBridges());

        Assert.Equal("10.0.1.0/24", Assert.Single(engine.Network!.Addressing!.Config!).Subnet);
        var endpoint = plan.NetworkingConfig!.EndpointsConfig["front"];
        Assert.Equal("10.0.1.5", endpoint.Address!.Ipv4);
        Assert.Null(endpoint.Aliases);
        Assert.Equal(["10.0.1.1"], plan.HostConfig.Dns!);
    }

    [Fact]
    public async Task Where_the_subnet_is_in_use_addresses_and_names_are_the_engines()
    {
        var (engine, plan) = await PrepareAsync(new FakeBridges { Clash = "a route" });

        Assert.Null(engine.Network!.Addressing);
        var endpoint = plan.NetworkingConfig!.EndpointsConfig["front"];
        Assert.Null(endpoint.Address);
        Assert.Equal(["web", "tasks.web"], endpoint.Aliases!);
        Assert.Null(plan.HostConfig.Dns);
    }

    [Fact]
    public async Task A_bridge_that_this_process_does_not_see_is_made_anew_with_the_engines_addresses()
    {
        var (engine, plan) = await PrepareAsync(new FakeBridges { Refusal = "not seen" });

        Assert.Contains(engine.Calls, call => call.StartsWith("remove network", StringComparison.Ordinal));
        Assert.Null(engine.Network!.Addressing);
        Assert.Equal(["web", "tasks.web"], plan.NetworkingConfig!.EndpointsConfig["front"].Aliases!);
    }

    [Fact]
    public async Task A_network_without_a_way_out_has_the_swarms_addresses_and_names_of_the_engine()
    {
        var inner = Front with { Network = Front.Network with { Spec = Front.Network.Spec with { Internal = true } } };

        var (_, plan) = await PrepareAsync(new FakeBridges(), inner);

        var endpoint = plan.NetworkingConfig!.EndpointsConfig["front"];
        Assert.Equal("10.0.1.5", endpoint.Address!.Ipv4);
        Assert.Equal(["web", "tasks.web"], endpoint.Aliases!);
        Assert.Null(plan.HostConfig.Dns);
    }

    [Fact]
    public async Task A_task_whose_name_server_cannot_be_opened_finds_names_at_the_engine()
    {
        var (_, plan) = await PrepareAsync(new FakeBridges { Resolver = null });

        Assert.Equal(["web", "tasks.web"], plan.NetworkingConfig!.EndpointsConfig["front"].Aliases!);
        Assert.Null(plan.HostConfig.Dns);
    }

    [Fact]
    public async Task A_task_that_stops_is_withdrawn_first_and_leaves_when_it_has_ended()
    {
        var bridges = new FakeBridges();
        var engine = new FakeEngine();
        using var runtime = RuntimeOf(engine, bridges);
        await using var controller = new DockerTaskController(TaskOn(Front), new SampleTask.Dependencies(), runtime);
        await controller.PrepareAsync(default);
        await controller.StartAsync(default);

        await controller.ShutdownAsync(default);

        Assert.Equal(["enter task1", "withdraw task1", "leave task1"], bridges.Calls.Where(call => call.EndsWith("task1", StringComparison.Ordinal)));
        Assert.Contains("leave network id-front", bridges.Calls);
    }

    [Fact]
    public async Task The_next_process_takes_over_what_runs()
    {
        var engine = new FakeEngine();
        using (var runtime = RuntimeOf(engine, new FakeBridges()))
        {
            await using var first = new DockerTaskController(TaskOn(Front), new SampleTask.Dependencies(), runtime);
            await first.PrepareAsync(default);
            await first.StartAsync(default);
        }

        var bridges = new FakeBridges();
        using var next = RuntimeOf(engine, bridges);
        await using var controller = new DockerTaskController(TaskOn(Front), new SampleTask.Dependencies(), next);
        engine.End(0);
        await controller.WaitAsync(default);

        Assert.Equal(["answer br-net1", "enter task1", "leave task1"], bridges.Calls.Take(3));
    }

    private static async Task<(FakeEngine Engine, ContainerCreateDocument Made)> PrepareAsync(
        FakeBridges bridges, NetworkAttachment? attachment = null)
    {
        var engine = new FakeEngine();
        using var runtime = RuntimeOf(engine, bridges);
        await using var controller = new DockerTaskController(
            TaskOn(attachment ?? Front), new SampleTask.Dependencies(), runtime);
        await controller.PrepareAsync(default);
        return (engine, engine.Made!);
    }

    private static DockerRuntime RuntimeOf(FakeEngine engine, FakeBridges bridges) => new(
        engine,
        new() { StateDirectory = Path.Combine(Path.GetTempPath(), "swarm-docker-none"), DrainDelay = TimeSpan.Zero },
        TimeProvider.System,
        NullLogger.Instance)
    { Bridges = bridges };

    private static SwarmTask TaskOn(NetworkAttachment attachment) =>
        SampleTask.WithPorts() with { Networks = [attachment] };

    private static NetworkAttachment On(string name, string subnet, string gateway, string own)
    {
        var attachment = SampleTask.On(new() { Name = name });
        return attachment with
        {
            Network = attachment.Network with { Ipam = new() { Configs = [new(subnet, Gateway: gateway)] } },
            Addresses = [own],
        };
    }

    /// <summary>A node that answers what it is let.</summary>
    private sealed class FakeBridges : IBridgedNetworks
    {
        public List<string> Calls { get; } = [];

        public string? Clash { get; init; }

        public string? Refusal { get; init; }

        public IPAddress? Resolver { get; init; } = IPAddress.Parse("10.0.1.1");

        public ValueTask<string?> FindObstacleAsync(IPNetwork subnet, CancellationToken cancellationToken) => new(Clash);

        public ValueTask<string?> EnterAsync(NetworkBridge bridge, CancellationToken cancellationToken)
        {
            Calls.Add($"answer {bridge.Interface}");
            return new(Refusal);
        }

        public ValueTask LeaveAsync(NetworkId network, CancellationToken cancellationToken)
        {
            Calls.Add($"leave network {network}");
            return default;
        }

        public ValueTask<IPAddress?> EnterAsync(SwarmTask task, CancellationToken cancellationToken)
        {
            Calls.Add($"enter {task.Id}");
            return new(Resolver);
        }

        public ValueTask WithdrawAsync(SwarmTask task, CancellationToken cancellationToken)
        {
            Calls.Add($"withdraw {task.Id}");
            return default;
        }

        public void Leave(SwarmTask task) => Calls.Add($"leave {task.Id}");
    }
}
