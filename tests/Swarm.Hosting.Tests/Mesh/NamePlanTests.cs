using System.Net;
using Swarm.Hosting.Mesh;
using Swarm.Hosting.Wire.Mapping;
using Swarm.Net;
using Swarm.Net.Naming;
using Swarm.Storage;

namespace Swarm.Hosting.Tests.Mesh;

public sealed class NamePlanTests : IDisposable
{
    private static readonly NodeId Here = new("here");
    private static readonly NetworkId Front = new("front-id");
    private static readonly NetworkId Back = new("back-id");

    private readonly string _file = Path.GetTempFileName();
    private readonly LoopbackBlock _block;
    private readonly TwinAddresses _twins;

    public NamePlanTests()
    {
        _block = LoopbackBlock.TryClaim(_file)!;
        _twins = new TwinAddresses(_block);
    }

    public void Dispose()
    {
        _block.Dispose();
        File.Delete(_file);
    }

    [Fact]
    public void A_service_is_its_virtual_address_and_tasks_are_theirs_with_and_without_the_network()
    {
        var names = NamesOn([Front], Service("web", "10.0.1.2"));

        foreach (var name in new[] { "web", "WEB", "web.front", "www", "www.front" })
        {
            Assert.Equal("1.2", Find(names, name));
        }

        foreach (var name in new[] { "tasks.web", "tasks.web.front", "tasks.www" })
        {
            Assert.Equal("1.3 1.4", Find(names, name));
        }

        foreach (var name in new[] { "web.1.a", "web.1.a.front", "0123456789ab", "host-a", "host-a.front" })
        {
            Assert.Equal("1.3", Find(names, name));
        }

        Assert.Null(Find(names, "web.3.draining"));
        Assert.Null(Find(names, "front"));
    }

    [Fact]
    public void Addresses_of_tasks_have_names_and_virtual_ones_have_none()
    {
        var names = NamesOn([Front], Service("web", "10.0.1.2"));

        Assert.Equal("web.1.a.front", names.FindReverse(Reverse("1.3")));
        Assert.Null(names.FindReverse(Reverse("1.2")));
    }

    [Fact]
    public void In_round_robin_mode_the_name_is_that_of_the_tasks_and_stays_without_any()
    {
        Assert.Equal("1.3 1.4", Find(NamesOn([Front], Service("web", "")), "web"));
        Assert.Equal("", Find(NamesOn([Front], Service("web", "") with { Tasks = default }), "web"));
        Assert.Equal("1.2", Find(NamesOn([Front], Service("web", "10.0.1.2") with { Tasks = default }), "web"));
    }

    [Fact]
    public void What_is_on_other_networks_only_is_unknown()
    {
        var names = NamesOn([Back], Service("web", "10.0.1.2"));

        Assert.Null(Find(names, "web"));
        Assert.Null(Find(names, "tasks.web"));
        Assert.Null(Find(names, "web.1.a"));
    }

    [Fact]
    public void An_alias_of_several_services_leads_to_all_of_them()
    {
        var names = NamesOn([Front], Service("web", "10.0.1.2"), Service("other", "10.0.1.9"));

        Assert.Equal("1.2 1.9", Find(names, "www"));
        Assert.Equal("1.2", Find(names, "web"));
    }

    [Fact]
    public void The_store_s_networks_addresses_and_tasks_become_names()
    {
        var front = new Network
        {
            Id = Front,
            Spec = new() { Name = "front" },
            Ipam = new() { Configs = [new("10.0.1.0/24")] },
        };
        var ingress = front with { Id = new("ingress-id"), Spec = new() { Name = "ingress", Ingress = true } };
        var service = new Service
        {
            Id = new("web"),
            Spec = new()
            {
                Name = "web",
                Labels = [KeyValuePair.Create(ServiceLabels.Expose, "80,53/udp")],
                TaskTemplate = new()
                {
                    Workload = new ContainerSpec { Hostname = "h-{{.Task.Slot}}" },
                    Networks = [new() { Target = Front.Value, Aliases = ["www"] }, new() { Target = "unknown" }],
                },
            },
            Endpoint = new()
            {
                Ports = [new(8_000, 18_000)],
                VirtualAddresses = [new(ingress.Id, "10.0.0.5/24"), new(Front, "10.0.1.2/24")],
            },
        };
        var task = new SwarmTask
        {
            Id = new("a"),
            ServiceId = service.Id,
            Slot = 1,
            NodeId = Here,
            Spec = service.Spec.TaskTemplate,
            ServiceAnnotations = new() { Name = "web" },
            DesiredState = TaskState.Running,
            Networks =
            [
                new() { Network = ingress, Addresses = ["10.0.0.6/24"] },
                new() { Network = front, Addresses = ["10.0.1.3/24"] },
            ],
            Status = new()
            {
                State = TaskState.Running,
                Container = new("0123456789abcdef", 1, 0),
                Ports = [new(80, 20_001), new(53, 20_002, PortProtocol.Udp)],
            },
        };
        var transaction = new StoreTransaction(ClusterView.Empty, new(1), default);
        transaction.Create(new Node
        {
            Id = Here,
            Description = new() { Hostname = "n" },
            Status = new(NodeState.Ready, "", "192.0.2.1"),
        });
        transaction.Create(front);
        transaction.Create(ingress);
        transaction.Create(service);
        transaction.Create(task);

        var known = MeshPlan.Of(service, transaction.ToView(new(1)))!;

        Assert.Equal([new MeshNetwork(Front, "front", "10.0.1.2", ["www"])], known.Networks);
        Assert.Equal([new(false, 8_000, true), new(false, 80, false), new MeshTarget(true, 53, false)], known.Targets);
        var only = Assert.Single((IEnumerable<MeshTask>)known.Tasks);
        Assert.Equal(["web.1.a", "0123456789ab", "h-1"], only.Names);
        Assert.Equal([new MeshTaskAddress(Front, "10.0.1.3")], only.Addresses);
        Assert.Equal([new(false, 80, 20_001), new MeshTaskPort(true, 53, 20_002)], only.Ports);

        MeshUpdate update = new(1, IsComplete: true, [known], default);
        Assert.Equal(update, MeshMapping.ToRecord([.. update.ToWire()]));
    }

    [Fact]
    public void Names_lead_to_all_tasks_and_a_task_s_name_to_that_task()
    {
        var table = new MeshTable(Here, IPAddress.Loopback, _twins);
        table.Apply(new(1, true, [Service("web", "10.0.1.2") with { ProxyProtocol = 1 }], default));

        Assert.Empty(table.ToState(new HashSet<NetworkId> { Back }).Servers);
        var servers = table.ToState(new HashSet<NetworkId> { Front }).Servers;

        Backend[] all =
        [
            new(IPAddress.Loopback, 20_003), new(IPAddress.Parse("192.0.2.7"), 20_004),
            new(IPAddress.Loopback, 20_005, State: BackendState.Draining),
        ];
        Assert.Equal(
            [(Twin("1.2"), 80, Transport.Tcp, 3), (Twin("1.3"), 80, Transport.Tcp, 1), (Twin("1.4"), 80, Transport.Tcp, 1),
                (Twin("1.5"), 80, Transport.Tcp, 1), (Twin("1.2"), 53, Transport.Udp, 0)],
            servers.Select(server => (server.Frontend.Address.ToString(), server.Frontend.Port,
                server.Frontend.Transport, server.Backends.Length)));
        Assert.Equal<Backend>(all, servers[0].Backends.AsEnumerable());
        Assert.Equal([ProxyProtocol.V1, ProxyProtocol.None], new[] { servers[0], servers[^1] }.Select(server => server.ProxyProtocol));
    }

    [Fact]
    public void Twins_keep_their_places_and_make_way_where_networks_meet()
    {
        var first = _twins.Of("10.0.1.5")!;
        var second = _twins.Of("10.1.1.5")!;

        Assert.Equal((Twin("1.5"), Twin("1.6")), (first.ToString(), second.ToString()));
        Assert.Equal(second, _twins.Of("10.1.1.5"));
        Assert.Null(_twins.Of("no address"));

        _twins.KeepOnly(new HashSet<string> { "10.1.1.5" });
        Assert.Equal(second, _twins.Of("10.1.1.5"));
        Assert.Equal(first, _twins.Of("10.2.1.5"));
    }

    [Fact]
    public void Nodes_of_one_machine_have_blocks_of_their_own_and_the_same_one_again()
    {
        var file = Path.GetTempFileName();
        int number;
        using (var other = LoopbackBlock.TryClaim(file)!)
        {
            number = other.Number;
            Assert.NotEqual(_block.Number, number);
        }

        using var again = LoopbackBlock.TryClaim(file)!;
        Assert.Equal(number, again.Number);
        Assert.True(LoopbackBlock.IsServer(LoopbackBlock.ServerOf(again.Address(5))));
        Assert.False(LoopbackBlock.IsServer(again.Address(5)));
        File.Delete(file);
    }

    [Fact]
    public void Tasks_are_told_where_services_are()
    {
        var variables = TaskVariables.Of(
            [Service("my-web", "10.0.1.2"), Service("rr", ""), Service("elsewhere", "10.0.2.2", Back)],
            new HashSet<NetworkId> { Front },
            _twins.Of);

        Assert.Equal(
            [
                new("SWARM_SERVICE_MY_WEB", $"{Twin("1.2")}:80"), new("SWARM_SERVICE_MY_WEB_80", $"{Twin("1.2")}:80"),
                new("SWARM_SERVICE_MY_WEB_53", $"{Twin("1.2")}:53"), new("SWARM_SERVICE_WWW", $"{Twin("1.2")}:80"),
                new("SWARM_SERVICE_WWW_80", $"{Twin("1.2")}:80"),
                new EnvironmentVariable("SWARM_SERVICE_WWW_53", $"{Twin("1.2")}:53"),
            ],
            variables);
    }

    [Fact]
    public void A_task_s_resolver_asks_us_and_we_ask_those_of_the_machine_or_of_the_spec()
    {
        var machine = ResolverFile.Parse(
            "# x\nnameserver 192.0.2.53\nnameserver\t192.0.2.54\nnameserver 127.130.1.1\nnonsense\nsearch a.example b\n");

        Assert.Equal([IPAddress.Parse("192.0.2.53"), IPAddress.Parse("192.0.2.54")], machine.Servers);
        Assert.Equal(
            "nameserver 127.128.1.3\nsearch a.example b\noptions ndots:0\n",
            machine.For(IPAddress.Parse("127.128.1.3"), default));

        var own = machine.With(new DnsConfig { Nameservers = ["192.0.2.9"], Search = ["c"] });
        Assert.Equal([IPAddress.Parse("192.0.2.9")], own.Servers);
        Assert.Equal(
            "nameserver 127.128.1.3\nsearch c\noptions ndots:2 rotate\n",
            own.For(IPAddress.Parse("127.128.1.3"), ["ndots:2", "rotate"]));
    }

    [Theory]
    [InlineData("", "127.0.0.5")]
    [InlineData("10.1.2.3", "10.1.2.3")]
    [InlineData("10.9.9.9", "")]
    [InlineData("10.0.0.0/8,127.0.0.9", "10.1.2.3 127.0.0.9")]
    [InlineData("127.0.0.0/8", "127.0.0.5")]
    public void Published_ports_are_answered_at_addresses_of_the_node_that_are_asked_for(string ranges, string at)
    {
        IPAddress[] own = [IPAddress.Parse("127.0.0.5"), IPAddress.Parse("10.1.2.3"), IPAddress.Parse("192.168.1.1")];
        var wanted = ranges.Split(',', StringSplitOptions.RemoveEmptyEntries).ToValueList();
        var places = wanted.IsEmpty ? new ListenPlaces(own[0]).For(wanted) : ListenPlaces.Within(wanted, own);

        Assert.Equal(at, string.Join(' ', places));
    }

    private NameTable NamesOn(HashSet<NetworkId> networks, params MeshService[] services) =>
        new(NameRecords.Of(services, networks, _twins.Of));

    private string Twin(string place) => $"127.{_block.Number}.{place}";

    private string Reverse(string place) =>
        $"{string.Join('.', Twin(place).Split('.').Reverse())}.in-addr.arpa";

    private string? Find(NameTable names, string name) => names.TryFind(name, out var addresses)
        ? string.Join(' ', addresses.Select(address => address.ToString()[$"127.{_block.Number}.".Length..]))
        : null;

    private static MeshService Service(string name, string address, NetworkId? network = null) =>
        new(new(name), "rr", 0, TimeSpan.FromSeconds(3), default)
        {
            Name = name,
            Networks = [new(network ?? Front, network is null ? "front" : "other", address, ["www"])],
            Targets = [new(false, 80, true), new(true, 53, false)],
            Tasks =
            [
                Task($"{name}.1.a", Here, "10.0.1.3", 20_003) with { Names = [$"{name}.1.a", "0123456789ab", "host-a"] },
                Task($"{name}.2.b", new("there"), "10.0.1.4", 20_004),
                Task($"{name}.3.draining", Here, "10.0.1.5", 20_005) with { IsDraining = true },
            ],
        };

    private static MeshTask Task(string name, NodeId node, string address, int port) => new(
        [name],
        node,
        "192.0.2.7",
        IsDraining: false,
        [new(Front, address)],
        [new(false, 80, port)]);
}
