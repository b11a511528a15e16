using System.Net;
using Swarm.Hosting.Mesh;
using Swarm.Net.Naming;

namespace Swarm.Hosting.Tests.Mesh;

/// <summary>What a node answers on networks that are bridges of its machine.</summary>
public sealed class BridgePlanTests
{
    private static readonly NodeId Here = new("here");
    private static readonly NodeId There = new("there");
    private static readonly NetworkId Front = new("front-id");
    private static readonly NetworkBridge Bridge = new(Front, "br-front", IPAddress.Parse("10.0.1.1"));
    private static readonly Dictionary<NetworkId, NetworkBridge> Bridges = new() { [Front] = Bridge };
    private static readonly HashSet<string> Nobody = [];

    [Fact]
    public void A_virtual_address_leads_to_the_nodes_own_tasks()
    {
        var web = Service("10.0.1.2", Task(Here, 3), Task(There, 4), Task(Here, 5), Task(Here, 6) with { IsDraining = true });

        var address = Assert.Single(BridgePlan.AddressesOf(Here, [web], Bridges, Nobody));

        Assert.Equal(("br-front", "10.0.1.2", false), (address.Bridge, $"{address.Address}", address.BySource));
        Assert.Equal(["10.0.1.3", "10.0.1.5"], address.Targets.Select(target => $"{target}"));
    }

    [Fact]
    public void A_task_that_is_about_to_stop_gets_nothing_new_unless_it_is_the_last()
    {
        var web = Service("10.0.1.2", Task(Here, 3), Task(Here, 5));

        Assert.Equal(["10.0.1.5"], Targets(web, "10.0.1.3"));
        Assert.Equal(["10.0.1.3", "10.0.1.5"], Targets(web, "10.0.1.3", "10.0.1.5"));
    }

    [Fact]
    public void Networks_that_are_no_bridges_here_and_services_without_a_virtual_address_have_none()
    {
        var web = Service("10.0.1.2", Task(Here, 3));
        var turns = Service("", Task(Here, 3));

        Assert.Empty(BridgePlan.AddressesOf(Here, [web], new Dictionary<NetworkId, NetworkBridge>(), Nobody));
        Assert.Empty(BridgePlan.AddressesOf(Here, [turns], Bridges, Nobody));
    }

    [Fact]
    public void Names_lead_to_what_is_on_the_node_and_never_elsewhere()
    {
        Assert.Equal("10.0.1.2", Find(Service("10.0.1.2", Task(Here, 3), Task(There, 4)), "web"));
        Assert.Equal("10.0.1.3", Find(Service("10.0.1.2", Task(Here, 3), Task(There, 4)), "tasks.web"));
        Assert.Equal("10.0.1.3", Find(Service("", Task(Here, 3), Task(There, 4)), "web.front"));

        // It will be refused there, which is tried again sooner than a name that does not exist.
        Assert.Equal("10.0.1.2", Find(Service("10.0.1.2"), "web"));
        Assert.Equal("", Find(Service("10.0.1.2", Task(There, 4)), "web"));
        Assert.Equal("", Find(Service("10.0.1.2", Task(There, 4)), "tasks.web"));
    }

    [Fact]
    public void Services_by_source_keep_their_clients()
    {
        var web = Service("10.0.1.2", Task(Here, 3)) with { Balancer = "source" };

        Assert.True(Assert.Single(BridgePlan.AddressesOf(Here, [web], Bridges, Nobody)).BySource);
    }

    [Theory]
    [InlineData("10.0.1.0/24", "this machine has a route to 10.0.0.0/16, which overlaps 10.0.1.0/24")]
    [InlineData("172.16.0.0/12", "this machine has a route to 172.17.0.0/16, which overlaps 172.16.0.0/12")]
    [InlineData("10.9.0.0/24", "this machine needs to reach 10.9.0.53, which is in 10.9.0.0/24")]
    [InlineData("fd00::/64", "fd00::/64 is not IPv4")]
    [InlineData("10.8.0.0/24", null)]
    public void A_subnet_that_is_in_use_around_the_machine_is_left_alone(string subnet, string? obstacle)
    {
        // As the kernel of a machine with numbers in little-endian order prints it.
        const string table =
            "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
            + "eth0\t00000000\t010000C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
            + "vpn\t0000000A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n"
            + "docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\nnonsense\n";

        Assert.Equal(
            obstacle,
            SubnetClash.Find(IPNetwork.Parse(subnet), SubnetClash.ReadRoutes(table), [IPAddress.Parse("10.9.0.53")]));
    }

    [Fact]
    public void A_bridge_is_answered_by_one_node_of_a_machine()
    {
        var bridge = $"br-{Guid.NewGuid():N}";
        using (var first = BridgeClaim.TryTake(bridge))
        {
            Assert.NotNull(first);
            Assert.Null(BridgeClaim.TryTake(bridge));
        }

        using var second = BridgeClaim.TryTake(bridge);
        Assert.NotNull(second);
    }

    private static IEnumerable<string> Targets(MeshService service, params string[] leaving) =>
        Assert.Single(BridgePlan.AddressesOf(Here, [service], Bridges, leaving.ToHashSet()))
            .Targets.Select(target => $"{target}");

    private static string? Find(MeshService service, string name)
    {
        var table = new NameTable(NameRecords.Of(
            BridgePlan.SeenFrom(Here, [service]), new HashSet<NetworkId> { Front }, NetworkTargets.Parse));
        return table.TryFind(name, out var addresses) ? string.Join(' ', addresses) : null;
    }

    private static MeshService Service(string address, params MeshTask[] tasks) =>
        new(new("web-id"), "rr", 0, TimeSpan.FromSeconds(3), default)
        {
            Name = "web",
            Networks = [new(Front, "front", address, default)],
            Tasks = tasks.ToValueList(),
        };

    private static MeshTask Task(NodeId node, int place) =>
        new([$"web.{place}.x"], node, "192.0.2.1", false, [new(Front, $"10.0.1.{place}")], default);
}
