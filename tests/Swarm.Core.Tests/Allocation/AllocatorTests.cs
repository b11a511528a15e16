namespace Swarm.Core.Tests.Allocation;

public sealed class AllocatorTests : AllocatorFixture
{
    public AllocatorTests() => CreateIngress();

    [Fact]
    public void A_new_task_of_a_service_without_ports_becomes_pending()
    {
        Start();
        var service = Create(null);
        var task = CreateTask(service);

        Simulation.Advance(TimeSpan.FromSeconds(1));

        var status = Read(task).Status;
        Assert.Equal(TaskState.Pending, status.State);
        Assert.Equal("pending task scheduling", status.Message);
        Assert.NotEqual(default, status.Timestamp);
        Assert.Equal(service.Version, Read(service).Version);
    }

    [Fact]
    public void A_task_gets_a_copy_of_the_ports_of_its_service()
    {
        Start();
        var service = Create([new(80), new(81, 8081)]);
        var task = CreateTask(service);
        Simulation.Settle();

        var endpoint = Read(task).Endpoint;
        Assert.Equal([30_000, 8081], endpoint!.Ports.Select(port => port.PublishedPort));
        Assert.Same(Read(service).Endpoint, endpoint);
        Assert.Equal(service.Spec.Endpoint, endpoint.Spec);
    }

    [Fact]
    public void Scenario_063_Dynamic_ports_survive_unrelated_updates()
    {
        Start();
        var first = Create([new(80)]);
        var second = Create([new(80)]);
        Simulation.Settle();

        Update(first, spec => spec with { Endpoint = new EndpointSpec { Ports = [new(80), new(90)] } });
        Simulation.Settle();

        Assert.Equal([30_000, 30_002], PortsOf(first));
        Assert.Equal([30_001], PortsOf(second));
    }

    [Fact]
    public void Scenario_063_A_fixed_port_in_use_keeps_the_service_waiting_until_it_is_free()
    {
        Start();
        var holder = Create([new(80, 8080)]);
        Simulation.Settle();
        var waiting = Create([new(80, 8080)]);
        var task = CreateTask(waiting);
        Simulation.Settle();

        Assert.Null(Read(waiting).Endpoint);
        Assert.Equal(TaskState.New, Read(task).Status.State);
        Assert.Equal(
            $"port '8080' is already in use by service {holder.Id} as an ingress port",
            Read(task).Status.Error);

        Remove(holder);
        Simulation.Settle();

        Assert.Equal([8080], PortsOf(waiting));
        Assert.Equal(TaskState.Pending, Read(task).Status.State);
        Assert.Equal("", Read(task).Status.Error);
    }

    [Fact]
    public void A_service_gets_the_port_that_another_gives_up_by_an_update()
    {
        Start();
        var holder = Create([new(80, 8080)]);
        Simulation.Settle();
        var waiting = Create([new(80, 8080)]);
        Simulation.Settle();

        Update(holder, spec => spec with { Endpoint = null });
        Simulation.Settle();

        Assert.Null(Read(holder).Endpoint);
        Assert.Equal([8080], PortsOf(waiting));
    }

    [Fact]
    public void A_service_that_asks_in_the_same_moment_in_which_its_port_comes_free_gets_it()
    {
        Start();
        var holder = Create([new(80, 8080)]);
        Simulation.Settle();
        Update(holder, spec => spec with { Endpoint = new EndpointSpec { Ports = [new(80, 8081)] } });
        var waiting = Create([new(80, 8080)]);
        Update(waiting, spec => spec with { Labels = [new("a", "b")] });
        Simulation.Settle();

        Assert.Equal([8081], PortsOf(holder));
        Assert.Equal([8080], PortsOf(waiting));
    }

    [Fact]
    public void Going_back_to_the_old_ports_before_the_new_ones_were_written_leaves_them_held()
    {
        Start();
        var service = Create([new(80, 8080)]);
        Simulation.Settle();
        Update(service, spec => spec with { Endpoint = new EndpointSpec { Ports = [new(80, 8081)] } });
        Update(service, spec => spec with { Endpoint = new EndpointSpec { Ports = [new(80, 8080)] } });
        var other = Create([new(80, 8080)]);
        Simulation.Settle();

        Assert.Equal([8080], PortsOf(service));
        Assert.Null(Read(other).Endpoint);
    }

    [Fact]
    public void Scenario_064_Host_mode_ports_are_copied_and_nothing_else_changes()
    {
        Start();
        var service = Create([new(80)]);
        Simulation.Settle();

        Update(service, spec => spec with
        {
            Endpoint = new EndpointSpec { Ports = [new(80), new(9000, 0, Mode: PublishMode.Host)] },
        });
        Simulation.Settle();

        Assert.Equal([30_000, 0], PortsOf(service));
    }

    [Fact]
    public void Scenario_065_A_new_leader_takes_up_what_the_store_shows()
    {
        Start();
        var first = Create([new(80)]);
        var second = Create([new(80, 8080)]);
        Simulation.Settle();
        Stop();
        var waiting = Create([new(80, 8080)]);
        var task = CreateTask(first);

        Start();
        var third = Create([new(80)]);
        Simulation.Settle();

        Assert.Equal([30_000], PortsOf(first));
        Assert.Equal([8080], PortsOf(second));
        Assert.Equal([30_001], PortsOf(third));
        Assert.Null(Read(waiting).Endpoint);
        Assert.Equal(TaskState.Pending, Read(task).Status.State);
    }

    [Fact]
    public void Tasks_that_should_not_run_any_more_are_left_alone()
    {
        Start();
        var service = Create(null);
        var task = CreateTask(service, TaskState.Remove);
        Simulation.Settle();

        Assert.Equal(TaskState.New, Read(task).Status.State);
    }

    [Fact]
    public void A_task_without_a_service_needs_nothing()
    {
        Start();
        SwarmTask task = new() { Id = new(Ids.Next()), Spec = new(), DesiredState = TaskState.Running };
        Run(transaction => transaction.Create(task));
        Simulation.Settle();

        Assert.Equal(TaskState.Pending, Read(task).Status.State);
    }

    [Fact]
    public void A_hundred_thousand_tasks_pass()
    {
        const int count = 100_000;
        var service = Create(null);
        var numbers = Enumerable.Range(1, count).ToArray();
        Simulation.Run(() => Store.BatchAsync(
            numbers,
            (transaction, slot) => transaction.Create(NewTask(service, slot))).AsTask());

        Start();
        Simulation.Settle();

        Assert.Equal(count, Store.Current.Tasks.CountInState(TaskState.Pending));
    }
}
