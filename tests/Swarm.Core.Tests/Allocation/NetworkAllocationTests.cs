namespace Swarm.Core.Tests.Allocation;

public sealed class NetworkAllocationTests : AllocatorFixture
{
    [Fact]
    public void The_routing_mesh_gets_the_first_subnet_and_the_others_follow_in_the_order_of_their_creation()
    {
        var front = CreateNetwork("front");
        var ingress = CreateIngress();
        Start();
        var back = CreateNetwork("back");
        Simulation.Settle();

        Assert.Equal(
            ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"],
            new[] { ingress, front, back }.Select(SubnetOf));
        Assert.Equal(["4096", "4097", "4098"], new[] { ingress, front, back }.Select(VniOf));
        Assert.Equal("10.0.1.1", Read(front).Ipam!.Configs[0].Gateway);
        Assert.Equal("overlay", Read(front).DriverState!.Name);
        Assert.Equal("default", Read(front).Ipam!.Driver!.Name);
    }

    [Fact]
    public void Default_pools_of_the_cluster_are_cut_into_its_subnet_size()
    {
        Run(transaction => transaction.Create(new Cluster
        {
            Id = new("c"),
            RootCa = new(),
            DefaultAddressPool = ["10.20.0.0/15", "192.168.8.0/22"],
            SubnetSize = 22,
        }));
        Start();
        var networks = Enumerable.Range(0, 130).Select(i => CreateNetwork($"n{i}")).ToArray();
        Simulation.Settle();

        Assert.Equal("10.20.0.0/22", SubnetOf(networks[0]));
        Assert.Equal("10.20.4.0/22", SubnetOf(networks[1]));
        Assert.Equal("10.21.252.0/22", SubnetOf(networks[127]));
        Assert.Equal("192.168.8.0/22", SubnetOf(networks[128]));
        Assert.Null(Read(networks[129]).Ipam);

        Remove(Read(networks[5]));
        Simulation.Settle();

        Assert.Equal("10.20.20.0/22", SubnetOf(networks[129]));
    }

    [Fact]
    public void Subnets_and_ids_that_came_free_are_given_out_again_only_after_all_others()
    {
        Start();
        var first = CreateNetwork("first");
        Simulation.Settle();
        Remove(Read(first));
        Simulation.Settle();
        var second = CreateNetwork("second");
        Simulation.Settle();

        Assert.Equal(("10.0.1.0/24", "4097"), (SubnetOf(second), VniOf(second)));

        Stop();
        Start();
        var third = CreateNetwork("third");
        Simulation.Settle();

        Assert.Equal(("10.0.0.0/24", "4096"), (SubnetOf(third), VniOf(third)));
    }

    [Fact]
    public void A_network_may_ask_for_subnet_range_gateway_reserved_addresses_and_vni()
    {
        Start();
        var network = CreateNetwork("mine", spec => spec with
        {
            Driver = new("overlay", [new("encrypted", ""), new("com.docker.network.driver.overlay.vxlanid_list", "7000")]),
            Ipam = new()
            {
                Configs = [new("10.20.0.0/16", "10.20.5.0/30", "10.20.0.9", [new("router", "10.20.5.1")])],
            },
        });
        var service = CreateService(new() { TaskTemplate = On(network) });
        var tasks = Enumerable.Range(1, 3).Select(slot => CreateTask(service)).ToArray();
        Simulation.Settle();

        Assert.Equal("10.20.0.9", Read(network).Ipam!.Configs[0].Gateway);
        Assert.Equal("7000", VniOf(network));
        Assert.True(Read(network).DriverState!.Options.ContainsKey("encrypted"));
        Assert.Equal(["10.20.5.0/16"], AddressesOf(service));
        Assert.Equal(
            ["10.20.5.2/16", "10.20.5.3/16"],
            tasks.SelectMany(AddressesOf).Order(StringComparer.Ordinal));
        Assert.Single(tasks, task => Read(task).Status.Error == "network mine: 5 of 65534 addresses used");
    }

    [Fact]
    public void An_overlapping_subnet_or_a_taken_id_waits_until_it_is_free()
    {
        Start();
        var holder = CreateNetwork("holder", spec => spec with
        {
            Driver = new("overlay", [new("com.docker.network.driver.overlay.vxlanid_list", "5000")]),
            Ipam = new() { Configs = [new("10.9.0.0/16")] },
        });
        var inside = CreateNetwork("inside", spec => spec with { Ipam = new() { Configs = [new("10.9.8.0/24")] } });
        var same = CreateNetwork("same", spec => spec with
        {
            Driver = new("overlay", [new("com.docker.network.driver.overlay.vxlanid_list", "5000")]),
        });
        var service = CreateService(new() { TaskTemplate = On(inside) });
        var task = CreateTask(service);
        Simulation.Settle();

        Assert.Null(Read(inside).Ipam);
        Assert.Null(Read(same).Ipam);
        Assert.Contains("Pool overlaps with other one on this address space", Read(task).Status.Error, StringComparison.Ordinal);

        Remove(Read(holder));
        Simulation.Settle();

        Assert.Equal("10.9.8.0/24", SubnetOf(inside));
        Assert.Equal("5000", VniOf(same));
        Assert.Equal(["10.9.8.3/24"], AddressesOf(task));
    }

    [Fact]
    public void Networks_of_the_nodes_get_no_addresses_and_their_tasks_run()
    {
        Start();
        var host = CreateNetwork("host", spec => spec with { Driver = new("host") });
        var service = CreateService(new() { TaskTemplate = On(host) });
        var task = CreateTask(service);
        Simulation.Settle();

        Assert.Equal("host", Read(host).DriverState!.Name);
        Assert.Equal([""], AddressesOf(service));
        Assert.Equal(TaskState.Pending, Read(task).Status.State);
        Assert.Empty(AddressesOf(task));
        Assert.Equal(host.Id, Assert.Single(Read(task).Networks).Network.Id);
    }

    [Fact]
    public void Scenario_062_Services_tasks_and_nodes_get_addresses_in_this_order()
    {
        var ingress = CreateIngress();
        var node = CreateNode("n1");
        Start();
        var network = CreateNetwork("net");
        Simulation.Settle();
        var service = CreateService(new()
        {
            TaskTemplate = On(network),
            Endpoint = new() { Ports = [new(80, 8080)] },
        });
        Simulation.Settle();
        var task = CreateTask(service);
        Simulation.Settle();

        Assert.Equal(["10.0.0.2/24"], AddressesOf(node));
        Assert.Equal(["10.0.0.3/24", "10.0.1.2/24"], AddressesOf(service));
        Assert.Equal(["10.0.0.4/24", "10.0.1.3/24"], AddressesOf(task));
        Assert.Equal([ingress.Id, network.Id], Read(task).Networks.Select(item => item.Network.Id));
        Assert.Equal(SubnetOf(network), Read(task).Networks[1].Network.Ipam!.Configs[0].Subnet);

        Change(task, item => item with { NodeId = node.Id, Status = item.Status with { State = TaskState.Assigned } });
        Simulation.Settle();

        Assert.Equal(["10.0.0.2/24", "10.0.1.4/24"], AddressesOf(node));
    }

    [Fact]
    public void Scenario_067_A_node_leaves_a_network_with_the_last_task()
    {
        var node = CreateNode("n1");
        Start();
        var network = CreateNetwork("net");
        var service = CreateService(new() { TaskTemplate = On(network) });
        var tasks = new[] { CreateTask(service), CreateTask(service) };
        Simulation.Settle();
        foreach (var task in tasks)
        {
            Change(task, item => item with { NodeId = node.Id, Status = item.Status with { State = TaskState.Running } });
        }

        Simulation.Settle();
        Assert.Equal(["10.0.0.5/24"], AddressesOf(node));

        Change(tasks[0], item => item with { Status = item.Status with { State = TaskState.Shutdown } });
        Simulation.Settle();
        Assert.Equal(["10.0.0.5/24"], AddressesOf(node));

        Remove(Read(tasks[1]));
        Simulation.Settle();
        Assert.Empty(AddressesOf(node));
        Assert.Equal(2UL, Allocator.State.Addresses.Networks[network.Id].Pools[0].Used);
    }

    [Fact]
    public void Scenario_066_An_endpoint_of_round_robin_has_no_address_and_gets_a_new_one_afterwards()
    {
        Start();
        var network = CreateNetwork("net");
        var service = CreateService(new() { TaskTemplate = On(network), Endpoint = new() });
        Simulation.Settle();
        Assert.Equal(["10.0.0.2/24"], AddressesOf(service));

        Update(service, spec => spec with { Endpoint = new() { Mode = ResolutionMode.DnsRoundRobin } });
        Simulation.Settle();
        Assert.Empty(AddressesOf(service));

        Update(service, spec => spec with { Endpoint = new() });
        Simulation.Settle();
        Assert.Equal(["10.0.0.3/24"], AddressesOf(service));
    }

    [Fact]
    public void Networks_that_come_and_go_leave_the_other_addresses_of_a_service_alone()
    {
        CreateIngress();
        Start();
        var (a, b, c) = (CreateNetwork("a"), CreateNetwork("b"), CreateNetwork("c"));
        var service = CreateService(new() { TaskTemplate = On(a, b), Endpoint = new() });
        Simulation.Settle();
        Assert.Equal(["10.0.1.2/24", "10.0.2.2/24"], AddressesOf(service));

        Update(service, spec => spec with
        {
            TaskTemplate = On(b, c),
            Endpoint = new() { Ports = [new(80, 8080)] },
        });
        Simulation.Settle();

        Assert.Equal(["10.0.2.2/24", "10.0.0.2/24", "10.0.3.2/24"], AddressesOf(service));
        Assert.Equal(1UL, Allocator.State.Addresses.Networks[a.Id].Pools[0].Used);
    }

    [Fact]
    public void Scenario_R51_A_full_network_is_a_reason_on_the_task_and_heals()
    {
        Start();
        var network = CreateNetwork("small", spec => spec with { Ipam = new() { Configs = [new("10.7.0.0/28")] } });
        var service = CreateService(new() { TaskTemplate = On(network) });
        var tasks = Enumerable.Range(0, 13).Select(_ => CreateTask(service)).ToArray();
        Simulation.Settle();

        var waiting = Assert.Single(tasks, task => Read(task).Status.State == TaskState.New);
        Assert.Equal("network small: 14 of 14 addresses used", Read(waiting).Status.Error);

        var ended = tasks.First(task => task != waiting);
        var address = AddressesOf(ended).Single();
        Change(ended, item => item with { Status = item.Status with { State = TaskState.Failed } });
        Simulation.Settle();

        Assert.Equal([address], AddressesOf(waiting));
        Assert.Equal("", Read(waiting).Status.Error);
    }

    [Fact]
    public void A_full_network_keeps_a_service_waiting_and_its_tasks_say_so()
    {
        Start();
        var network = CreateNetwork("tiny", spec => spec with { Ipam = new() { Configs = [new("10.7.0.0/30")] } });
        var first = CreateService(new() { TaskTemplate = On(network) });
        Simulation.Settle();
        var second = CreateService(new() { TaskTemplate = On(network), Endpoint = new() { Ports = [] } });
        var task = CreateTask(second);
        Simulation.Settle();

        Assert.Equal("network tiny: 2 of 2 addresses used", Read(task).Status.Error);

        Remove(Read(first));
        Simulation.Settle();

        Assert.Equal(["10.7.0.2/30"], AddressesOf(second));
        Assert.Equal("network tiny: 2 of 2 addresses used", Read(task).Status.Error);
    }

    [Fact]
    public void Scenario_068_Services_publish_on_a_new_network_of_the_routing_mesh()
    {
        var node = CreateNode("n1");
        var old = CreateIngress();
        Start();
        Remove(Read(old));
        Simulation.Settle();
        Assert.Empty(AddressesOf(node));

        var service = CreateService(new() { Endpoint = new() { Ports = [new(80, 8080)] } });
        var task = CreateTask(service);
        Simulation.Settle();
        Assert.Equal("ingress network is missing", Read(task).Status.Error);

        CreateNetwork("my-ingress", spec => spec with
        {
            Ingress = true,
            Ipam = new() { Configs = [new("10.11.0.0/16")] },
        });
        Simulation.Settle();

        Assert.Equal(["10.11.0.2/16"], AddressesOf(node));
        Assert.Equal(["10.11.0.3/16"], AddressesOf(service));
        Assert.Equal(["10.11.0.4/16"], AddressesOf(task));
    }

    [Fact]
    public void A_task_may_ask_for_an_address()
    {
        Start();
        var network = CreateNetwork("net");
        ServiceSpec spec = new()
        {
            Endpoint = new() { Mode = ResolutionMode.DnsRoundRobin },
            TaskTemplate = new()
            {
                Networks = [new() { Target = network.Id.Value, Addresses = ["10.0.0.77"], Aliases = ["web"] }],
            },
        };
        var service = CreateService(spec);
        var first = CreateTask(service);
        Simulation.Settle();
        var second = CreateTask(service);
        Simulation.Settle();

        Assert.Equal(["10.0.0.77/24"], AddressesOf(first));
        Assert.Equal(["web"], Read(first).Networks[0].Aliases);
        Assert.Equal(
            "network net: address 10.0.0.77 is in use or not of its subnets",
            Read(second).Status.Error);

        Remove(Read(first));
        Simulation.Settle();
        Assert.Equal(["10.0.0.77/24"], AddressesOf(second));
    }

    [Fact]
    public void Scenario_065_Nothing_moves_when_the_leader_changes()
    {
        var node = CreateNode("n1");
        CreateIngress();
        Start();
        var network = CreateNetwork("net");
        var service = CreateService(new() { TaskTemplate = On(network), Endpoint = new() { Ports = [new(80)] } });
        var task = CreateTask(service);
        Simulation.Settle();
        Change(task, item => item with { NodeId = node.Id, Status = item.Status with { State = TaskState.Running } });
        Simulation.Settle();
        var before = Store.Current;

        Stop();
        Start();
        Assert.Equal(before.Version, Store.Current.Version);

        var other = CreateTask(service);
        Simulation.Settle();
        Assert.Equal(["10.0.0.5/24", "10.0.1.5/24"], AddressesOf(other));
    }
}
