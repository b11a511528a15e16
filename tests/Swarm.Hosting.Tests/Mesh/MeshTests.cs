using System.Net;
using Swarm.Hosting.Mesh;
using Swarm.Hosting.Nodes;
using Swarm.Hosting.Wire.Mapping;
using Swarm.Net;
using Swarm.Storage;

namespace Swarm.Hosting.Tests.Mesh;

public sealed class MeshTests
{
    private static readonly NodeId Here = new("here");
    private static readonly NodeId There = new("there");
    private static readonly ServiceId Web = new("web");

    [Fact]
    public void Running_tasks_are_back_ends_at_the_places_they_tell()
    {
        var service = MeshPlan.Of(Service(), View(
            Task("a", Here, 20_001),
            Task("b", There, 20_002),
            Task("starting", There, 20_003) with { Status = new() { State = TaskState.Starting, Ports = Own(20_003) } },
            Task("failed", There, 20_004) with { Status = new() { State = TaskState.Failed, Ports = Own(20_004) } },
            Task("an engine's", There, 0) with { Status = new() { State = TaskState.Running } }));

        var port = Assert.Single((IEnumerable<MeshPort>)service!.Ports);
        Assert.Equal(8_080, port.Published);
        Assert.Equal(
            [new(Here, "192.0.2.1", 20_001, false), new(There, "192.0.2.2", 20_002, false)],
            port.Backends);
    }

    [Fact]
    public void Tasks_that_are_to_stop_and_those_on_lost_nodes_drain()
    {
        var view = View(
            Task("a", Here, 20_001) with { DesiredState = TaskState.Shutdown },
            Task("b", There, 20_002));
        view = With(
            view,
            view.Nodes.Find(There.Value)! with { Status = new(NodeState.Down, "", "192.0.2.2") });

        Assert.All(MeshPlan.Of(Service(), view)!.Ports[0].Backends, backend => Assert.True(backend.IsDraining));
    }

    [Fact]
    public void A_place_that_two_tasks_tell_is_one_back_end()
    {
        var view = View(
            Task("a", Here, 20_001) with { DesiredState = TaskState.Shutdown },
            Task("b", Here, 20_001));

        var backend = Assert.Single((IEnumerable<MeshBackend>)MeshPlan.Of(Service(), view)!.Ports[0].Backends);
        Assert.False(backend.IsDraining);
    }

    [Fact]
    public void Ports_in_host_mode_and_of_SCTP_are_no_part_of_the_mesh() => Assert.Null(MeshPlan.Of(
        Service() with
        {
            Endpoint = new()
            {
                Ports = [new(80, 8_080, PortProtocol.Tcp, PublishMode.Host), new(80, 8_080, PortProtocol.Sctp)],
            },
        },
        View()));

    [Fact]
    public void Labels_choose_balancer_and_header()
    {
        var service = Service();
        service = service with
        {
            Spec = service.Spec with
            {
                Labels =
                [
                    KeyValuePair.Create(ServiceLabels.IngressBalancer, "source"),
                    KeyValuePair.Create(ServiceLabels.IngressProxyProtocol, "v2"),
                ],
            },
        };
        var table = new MeshTable(Here, IPAddress.Parse("127.0.0.5"));
        table.Apply(new(7, true, [MeshPlan.Of(service, View(Task("a", There, 20_001)))!], default));

        var server = Assert.Single(table.ToState(new HashSet<NetworkId>()).Servers);
        Assert.Equal(new Frontend(IPAddress.Parse("127.0.0.5"), 8_080), server.Frontend);
        Assert.Equal((BalancerKind.SourceHash, ProxyProtocol.V2), (server.Balancer, server.ProxyProtocol));
        Assert.Equal<Backend>([new(IPAddress.Parse("192.0.2.2"), 20_001)], server.Backends.AsEnumerable());
    }

    [Fact]
    public void Own_tasks_and_those_of_loopback_nodes_are_reached_at_127_0_0_1()
    {
        var table = new MeshTable(Here, IPAddress.Any);
        MeshPort port = new(
            IsUdp: true,
            53,
            [new(Here, "192.0.2.1", 20_001, true), new(There, "127.0.0.9", 20_002, false), new(There, "?", 20_003, false)]);
        table.Apply(new(1, true, [new(Web, "rr", 1, TimeSpan.FromSeconds(3), [port])], default));

        var server = Assert.Single(table.ToState(new HashSet<NetworkId>()).Servers);
        Assert.Equal((Transport.Udp, ProxyProtocol.None), (server.Frontend.Transport, server.ProxyProtocol));
        Assert.Equal<Backend>(
            [new(IPAddress.Loopback, 20_002), new(IPAddress.Loopback, 20_001, State: BackendState.Draining)],
            server.Backends.AsEnumerable());
    }

    [Fact]
    public void Readers_get_what_has_changed_since_their_version_and_everything_where_that_is_not_known()
    {
        var history = MeshHistory.Empty
            .With(10, [(Web, Known("web")), (new("db"), Known("db"))])
            .With(11, [(Web, Known("web", 1))])
            .With(12, [(new("db"), null), (new("new"), Known("new"))]);

        Assert.Equal(new(12, true, [Known("web", 1), Known("new")], default), Sorted(history.Since(0)));
        Assert.Equal(new(12, false, [Known("web", 1), Known("new")], [new("db")]), Sorted(history.Since(10)));
        Assert.Equal(new(12, false, [Known("new")], [new("db")]), Sorted(history.Since(11)));
        Assert.Equal(new(12, false, default, default), history.Since(12));

        // From before the snapshot that this manager began with, or from another swarm's future.
        Assert.True(history.Since(9).IsComplete);
        Assert.True(history.Since(13).IsComplete);
        Assert.Same(history, history.With(13, [(Web, Known("web", 1)), (new("db"), null)]));
    }

    [Fact]
    public void A_long_history_is_forgotten_from_its_beginning()
    {
        var history = MeshHistory.Empty;
        for (var version = 1UL; version <= 10_100; version++)
        {
            history = history.With(version, [(Web, Known("web", (int)version))]);
        }

        Assert.True(history.Since(50).IsComplete);
        Assert.False(history.Since(200).IsComplete);
    }

    [Fact]
    public void News_cross_the_wire_whole_in_parts_of_bounded_size()
    {
        var services = Enumerable.Range(0, 3_000)
            .Select(i => new MeshService(
                new($"service-{i}"),
                "maglev",
                2,
                TimeSpan.FromSeconds(i),
                [new(i % 2 == 0, 1 + i, Enumerable.Range(1, 30)
                    .Select(j => new MeshBackend(There, "192.0.2.2", j, j % 3 == 0)).ToValueList())]))
            .ToValueList();
        var update = new MeshUpdate(99, IsComplete: true, services, [new("gone")]);

        var parts = update.ToWire().ToArray();

        Assert.True(parts.Length > 1);
        Assert.All(parts, part => Assert.True(part.CalculateSize() < 2 * 1024 * 1024));
        Assert.All(parts[..^1], part => Assert.True(part.More));
        Assert.Equal(update, MeshMapping.ToRecord(parts));
    }

    [Theory]
    [InlineData("127.0.0.2", "10.0.0.1", "127.0.0.2")]
    [InlineData("0.0.0.0", "127.0.0.3", "127.0.0.3")]
    [InlineData("0.0.0.0", "10.0.0.1", "::")]
    [InlineData("0.0.0.0", "", "::")]
    public void Ports_are_opened_at_the_node_s_own_address_where_it_has_one(string listen, string advertise, string at) =>
        Assert.Equal(
            IPAddress.Parse(at),
            PublishedPorts.ListenAddress(new NodeAddresses(listen, 2377, advertise, 2377, "")));

    private static MeshUpdate Sorted(MeshUpdate update) =>
        update with { Services = update.Services.OrderByDescending(service => service.Id.Value).ToValueList() };

    private static MeshService Known(string id, int port = 0) =>
        new(new(id), "rr", 0, TimeSpan.Zero, port == 0 ? default : [new(false, port, default)]);

    private static Service Service() => new()
    {
        Id = Web,
        Spec = new() { Name = "web", TaskTemplate = new() { Workload = new ContainerSpec() } },
        Endpoint = new() { Ports = [new(80, 8_080)] },
    };

    private static ValueList<PortPublication> Own(int port) => [new(80, port)];

    private static SwarmTask Task(string id, NodeId node, int port) => new()
    {
        Id = new(id),
        ServiceId = Web,
        NodeId = node,
        Spec = new(),
        DesiredState = TaskState.Running,
        Status = new() { State = TaskState.Running, Ports = Own(port) },
    };

    private static Node NodeOf(NodeId id, string address) =>
        new() { Id = id, Status = new(NodeState.Ready, "", address) };

    private static ClusterView View(params SwarmTask[] tasks)
    {
        var transaction = new StoreTransaction(ClusterView.Empty, new(1), default);
        transaction.Create(NodeOf(Here, "192.0.2.1"));
        transaction.Create(NodeOf(There, "192.0.2.2"));
        foreach (var task in tasks)
        {
            transaction.Create(task);
        }

        return transaction.ToView(new(1));
    }

    private static ClusterView With(ClusterView view, Node node)
    {
        var transaction = new StoreTransaction(view, new(2), default);
        transaction.Update(node);
        return transaction.ToView(new(2));
    }
}
