using System.Collections.Immutable;
using System.Net;
using Swarm.Hosting.Mesh;
using Swarm.Hosting.Wire.Mapping;

namespace Swarm.Hosting.Tests.Mesh;

/// <summary>What a node's tasks and the mesh mean for its part of overlay networks.</summary>
public sealed class OverlayPlanTests
{
    private static readonly NodeId Here = new("here");
    private static readonly NodeId There = new("there");
    private static readonly NetworkId Front = new("front-id");

    [Fact]
    public void Peers_are_tasks_elsewhere_that_run_or_are_about_to_and_back_ends_are_those_that_can_be_reached()
    {
        var network = OverlayPlan.NetworkOf(NetworkOf(), Here, [Service()]);

        Assert.Equal(4_097, network.Vni);
        Assert.Equal("10.0.1.0/24", Assert.Single(network.Subnets).ToString());
        Assert.Equal<IPAddress>([IPAddress.Parse("10.0.1.1")], network.Gateways);
        Assert.Equal(
            ["10.0.1.4 192.0.2.2", "10.0.1.6 192.0.2.2", "10.0.1.7 192.0.2.2"],
            network.Peers.Select(peer => $"{peer.Address} {peer.Machine}").Order(StringComparer.Ordinal));
        var service = Assert.Single(network.Services);
        Assert.Equal(IPAddress.Parse("10.0.1.2"), service.Address);
        Assert.Equal<IPAddress>([IPAddress.Parse("10.0.1.3"), IPAddress.Parse("10.0.1.4")], service.Backends);
    }

    [Fact]
    public void The_last_tasks_of_a_service_stay_back_ends_while_they_stop()
    {
        var service = Service();
        service = service with { Tasks = service.Tasks.Select(task => task with { IsDraining = true }).ToValueList() };

        Assert.Equal(3, Assert.Single(OverlayPlan.NetworkOf(NetworkOf(), Here, [service]).Services).Backends.Length);
    }

    [Theory]
    [InlineData(null, false, 1_450)]
    [InlineData(null, true, 1_424)]
    [InlineData("9000", false, 8_950)]
    [InlineData("1400", true, 1_324)]
    public void Packets_are_as_large_as_the_driver_s_option_leaves_room_for(string? mtu, bool isEncrypted, int expected)
    {
        var options = default(ValueDictionary<string>);
        options = mtu is null ? options : options.With("com.docker.network.driver.mtu", mtu);
        options = isEncrypted ? options.With("encrypted", "") : options;

        var network = OverlayPlan.NetworkOf(NetworkOf(options), Here, []);

        Assert.Equal(expected, network.Mtu);
        Assert.Equal(isEncrypted, network.IsEncrypted);
    }

    [Fact]
    public void The_key_in_the_middle_of_the_ring_is_sent_with()
    {
        ValueList<EncryptionKey> keys =
        [
            Key("networking:ipsec", 9), Key("networking:gossip", 4), Key("networking:ipsec", 5), Key("networking:ipsec", 7),
        ];

        Assert.Equal([7, 9, 5], OverlayPlan.KeysOf(keys).Select(key => (int)key.Tag));
        Assert.Empty(OverlayPlan.KeysOf(default));
    }

    [Fact]
    public void A_network_without_what_it_takes_says_what_is_missing()
    {
        Assert.Null(OverlayPlan.FaultOf(NetworkOf()));
        Assert.Equal("network front has no VXLAN id", OverlayPlan.FaultOf(NetworkOf() with { DriverState = null }));
        Assert.Equal(
            "network front has no subnet of IPv4",
            OverlayPlan.FaultOf(NetworkOf() with { Ipam = new IpamOptions { Configs = [new("fd00::/64")] } }));
    }

    [Fact]
    public void Nodes_learn_which_tasks_are_about_to_run_and_which_can_be_reached_at_their_addresses()
    {
        var update = new MeshUpdate(7, true, [Service()], default);

        Assert.Equal(update, MeshMapping.ToRecord([.. update.ToWire()]));
    }

    [Fact]
    public void Ports_of_tasks_with_a_network_of_their_own_lead_to_where_they_listen()
    {
        var outside = new IPEndPoint(IPAddress.Parse("172.24.0.2"), 80);
        var local = new LocalPlaces(ImmutableDictionary<(int, bool), IPEndPoint>.Empty.Add((20_003, false), outside));
        var table = new MeshTable(Here, IPAddress.Parse("192.0.2.1"));
        var port = new MeshPort(IsUdp: false, 8_080, [new(Here, "192.0.2.1", 20_003, false), new(There, "192.0.2.2", 20_004, false)]);
        table.Apply(new(7, true, [new(new("web"), "", 0, TimeSpan.Zero, [port])], default));

        var servers = table.ToState(new HashSet<NetworkId>(), local).Servers;

        Assert.Equal(["192.0.2.1:8080/tcp", "192.0.2.1:20003/tcp"], servers.Select(server => server.Frontend.ToString()));
        Assert.Equal(
            ["172.24.0.2:80", "192.0.2.2:20004"],
            servers[0].Backends.Select(backend => $"{backend.Address}:{backend.Port}"));
        Assert.Equal(outside.Address, Assert.Single(servers[1].Backends).Address);
    }

    private static EncryptionKey Key(string use, ulong time) => new(use, [1, 2], EncryptionAlgorithm.Aes128Gcm, time);

    private static Network NetworkOf(ValueDictionary<string> options = default) => new()
    {
        Id = Front,
        Spec = new NetworkSpec { Name = "front", Driver = new Driver("overlay", options) },
        DriverState = new Driver(
            "overlay",
            default(ValueDictionary<string>).With("com.docker.network.driver.overlay.vxlanid_list", "4097,4098")),
        Ipam = new IpamOptions { Configs = [new("10.0.1.0/24", Gateway: "10.0.1.1")] },
    };

    private static MeshService Service() => new(new("web"), "rr", 0, TimeSpan.FromSeconds(3), default)
    {
        Name = "web",
        Networks = [new(Front, "front", "10.0.1.2", ["www"])],
        Tasks =
        [
            Task("a", Here, "10.0.1.3"), Task("b", There, "10.0.1.4"),
            Task("draining", Here, "10.0.1.5") with { IsDraining = true },
            Task("without", There, "10.0.1.6") with { IsOnOverlay = false },
        ],
        Starting =
        [
            new(There, "192.0.2.2", [new(Front, "10.0.1.7")]), new(Here, "192.0.2.1", [new(Front, "10.0.1.8")]),
        ],
    };

    private static MeshTask Task(string name, NodeId node, string address) => new(
        [name], node, node == Here ? "192.0.2.1" : "192.0.2.2", IsDraining: false, [new(Front, address)], default)
    {
        IsOnOverlay = true,
    };
}
