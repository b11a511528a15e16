using Swarm.Docker.Engine;
using Swarm.Docker.Execution;

namespace Swarm.Docker.Tests;

/// <summary>Where a task's container is on the network, and how others reach it.</summary>
public sealed class NetworkAndPortTests
{
    private static readonly NetworkAttachment Front = SampleTask.On(new() { Name = "front" }, "alias");

    [Fact]
    public void An_overlay_network_is_a_bridge_with_the_names_of_the_service()
    {
        var plan = Plan(SampleTask.WithPorts() with { Networks = [Front] });

        var network = Assert.Single(plan.Networks);
        Assert.Equal("bridge", network.Definition!.Driver);
        Assert.Equal("id-front", network.Definition.Labels[TaskNetwork.IdLabel]);
        Assert.Null(network.Definition.Addressing);
        Assert.Equal("front", plan.Document.HostConfig.NetworkMode);
        Assert.Equal(
            ["web", "alias", "tasks.web", "tasks.alias"],
            plan.Document.NetworkingConfig!.EndpointsConfig["front"].Aliases!);
    }

    [Fact]
    public void The_network_of_the_routing_mesh_is_left_to_the_node()
    {
        var ingress = SampleTask.On(new() { Name = "ingress", Ingress = true });

        var plan = Plan(SampleTask.WithPorts(new PortPublication(80, 8080)) with { Networks = [ingress] });

        Assert.True(plan.Networks.IsEmpty);
        Assert.Null(plan.Document.HostConfig.NetworkMode);
    }

    [Fact]
    public void A_predefined_network_is_the_engines_own()
    {
        var host = SampleTask.On(new() { Name = "host", Labels = [new("com.docker.swarm.predefined", "true")] });

        var plan = Plan(SampleTask.WithPorts() with { Networks = [host] });

        Assert.Equal("host", plan.Document.HostConfig.NetworkMode);
        Assert.Null(plan.Document.NetworkingConfig);
        Assert.Null(Assert.Single(plan.Networks).Definition);
    }

    [Fact]
    public void Ports_are_published_beside_networks_without_a_way_out()
    {
        var inner = SampleTask.On(new() { Name = "inner", Internal = true });

        var with = Plan(SampleTask.WithPorts(new PortPublication(80)) with { Networks = [inner] });
        var without = Plan(SampleTask.WithPorts() with { Networks = [inner] });

        Assert.Equal(["bridge", "inner"], with.Networks.Select(network => network.Name));
        Assert.Equal(["inner"], without.Networks.Select(network => network.Name));
    }

    [Fact]
    public void A_network_of_a_driver_for_single_nodes_is_made_as_it_says()
    {
        var local = SampleTask.On(new()
        {
            Name = "lan",
            Driver = new("macvlan", [new("parent", "eth0")]),
            Ipam = new() { Configs = [new("192.168.7.0/24", Gateway: "192.168.7.1")] },
        });

        var definition = Assert.Single(TaskNetwork.Of(SampleTask.WithPorts() with { Networks = [local] })).Definition!;

        Assert.Equal("macvlan", definition.Driver);
        Assert.Equal("eth0", definition.Options!["parent"]);
        Assert.Equal("192.168.7.0/24", Assert.Single(definition.Addressing!.Config!).Subnet);
    }

    [Fact]
    public void Host_ports_keep_their_number_and_ingress_ports_get_one_at_the_nodes_address()
    {
        var bindings = PortPlanner.Plan(
            [
                new(80, 8080, PortProtocol.Tcp, PublishMode.Ingress),
                new(80, 8081, PortProtocol.Tcp, PublishMode.Host),
                new(53, 0, PortProtocol.Udp, PublishMode.Host),
            ],
            "10.0.0.1")!;

        Assert.Equal(
            [new() { HostIp = "10.0.0.1", HostPort = "" }, new() { HostIp = "", HostPort = "8081" }],
            bindings["80/tcp"]);
        Assert.Equal([new PortBindingDocument { HostIp = "", HostPort = "" }], bindings["53/udp"]);
    }

    [Fact]
    public void The_numbers_of_the_engine_are_told_to_the_mesh()
    {
        var published = new Dictionary<string, PortBindingDocument[]?>
        {
            ["80/tcp"] =
            [
                new() { HostIp = "::", HostPort = "49200" },
                new() { HostIp = "10.0.0.1", HostPort = "49153" },
                new() { HostIp = "0.0.0.0", HostPort = "8081" },
            ],
            ["90/tcp"] = null,
        };
        var ports = PortPlanner.Read(
            [
                new(80, 8080, PortProtocol.Tcp, PublishMode.Ingress),
                new(80, 8081, PortProtocol.Tcp, PublishMode.Host),
                new(90, 0, PortProtocol.Tcp, PublishMode.Host),
            ],
            published,
            "bridge");

        Assert.Equal([(80, 49153, PublishMode.Ingress), (80, 8081, PublishMode.Host)],
            ports.Select(port => (port.TargetPort, port.PublishedPort, port.Mode)));
    }

    [Fact]
    public void On_the_hosts_network_a_port_is_what_it_is() =>
        Assert.Equal(80, Assert.Single(PortPlanner.Read([new(80, 8080)], published: null, "host")).PublishedPort);

    private static ContainerPlan Plan(SwarmTask task) =>
        ContainerPlanner.Plan(task, new SampleTask.Dependencies(), "");
}
