using Swarm.Execution;
using Swarm.Orchestration;

namespace Swarm.Core.Tests.Simulated;

/// <summary>What users must be able to rely on, on whole swarms under virtual time.</summary>
public sealed class ReliabilityTests : IDisposable
{
    private const long WholeNode = 4_000_000_000;

    private readonly SwarmUnderTest _swarm = new(seed: 11, workers: 3)
    {
        Behaviour = task => ImageOf(task) == "crash:1" ? InMemoryBehavior.Exit(1) : InMemoryBehavior.RunForever,
    };

    private readonly SwarmInvariants _invariants;

    public ReliabilityTests() => _invariants = new SwarmInvariants(_swarm);

    public void Dispose() => _swarm.Dispose();

    [Fact]
    public void R37_a_waiting_task_is_placed_within_a_second_of_what_it_waits_for()
    {
        var filling = Create(Spec("filling", 3, WholeNode));
        Live(10);
        var pinned = Create(Pinned("pinned", "red"));
        var large = Create(Spec("large", 1, WholeNode));
        Live(60);
        Assert.Equal("no suitable node (scheduling constraints not satisfied on 3 nodes)", Only(pinned).Status.Error);
        Assert.Equal("no suitable node (insufficient resources on 3 nodes)", Only(large).Status.Error);

        Relabel(_swarm.Workers.First(), "red");
        Live(1);
        Assert.Equal(_swarm.Workers.First(), Only(pinned).NodeId);

        Update(filling, spec => spec with { Mode = new ReplicatedMode(2) });
        Live(1);
        Assert.False(Only(large).NodeId.IsEmpty);
        Live(1);
        Assert.All([pinned, large], service => Assert.Equal(TaskState.Running, Only(service).Status.State));
    }

    [Fact]
    public void R39_a_task_whose_node_no_longer_matches_moves_or_waits_with_a_reason()
    {
        NodeId[] nodes = [.. _swarm.Workers];
        Relabel(nodes[0], "red");
        Relabel(nodes[1], "red");
        var pinned = Create(Pinned("pinned", "red"));
        Live(10);
        var first = Only(pinned);

        Relabel(first.NodeId, "blue");
        Live(10);

        Assert.Equal(TaskState.Rejected, _swarm.View.Tasks.Find(first.Id)!.Status.State);
        Assert.Equal("assigned node no longer meets constraints", _swarm.View.Tasks.Find(first.Id)!.Status.Error);
        var second = Only(pinned);
        Assert.Equal(TaskState.Running, second.Status.State);
        Assert.Equal(nodes.Take(2).Single(node => node != first.NodeId), second.NodeId);
        Assert.Equal(1, _swarm.RunningProcesses);

        Relabel(second.NodeId, "blue");
        Live(10);

        Assert.Equal(
            (TaskState.Pending, "no suitable node (scheduling constraints not satisfied on 3 nodes)"),
            (Only(pinned).Status.State, Only(pinned).Status.Error));
        Assert.Equal(0, _swarm.RunningProcesses);
    }

    [Fact]
    public void R40_a_hundred_tasks_that_crash_for_ever_keep_the_manager_no_busier_than_at_first()
    {
        var crashing = Create(Spec("crashing", 100) with
        {
            TaskTemplate = Template() with { Workload = new ContainerSpec { Image = "crash:1" } },
        });
        Live(60);
        var early = Work(minutes: 1);
        Live(1_200);
        var late = Work(minutes: 1);

        // Twelve restarts a minute and slot, however long it goes on; what is left behind makes none of them dearer.
        Assert.InRange(late.Restarts, 1_100, 1_300);
        Assert.InRange(late.Transactions, 1, early.Transactions * 11 / 10);
        Assert.InRange(late.Writes, 1, early.Writes * 11 / 10);
        Assert.InRange(late.Writes / late.Restarts, 1, 15);

        // The fifth that failed makes room a moment after the next was made.
        Assert.All(
            _swarm.View.Tasks.OfService(crashing).GroupBy(task => task.Slot),
            slot => Assert.InRange(slot.Count(), 1, 6));
    }

    [Fact]
    public void R40_growing_delays_let_a_crash_loop_cost_nearly_nothing_and_attempts_end_it()
    {
        var policy = new RestartPolicy { Delay = TimeSpan.FromSeconds(1), MaxAttempts = 9 };
        Create(Spec("backing-off", 100) with
        {
            Labels = [new(ServiceLabels.RestartBackoff, "10m")],
            TaskTemplate = Template() with { Workload = new ContainerSpec { Image = "crash:1" } },
        });
        Live(3_600);

        // Twice in twenty minutes and slot.
        Assert.InRange(Work(minutes: 20).Restarts, 100, 300);

        var limited = Create(Spec("limited", 20) with
        {
            TaskTemplate = Template() with { Workload = new ContainerSpec { Image = "crash:1" }, Restart = policy },
        });
        Live(120);
        Assert.DoesNotContain(_swarm.View.Tasks.OfService(limited), TaskGoal.IsWanted);
        Assert.All(
            _swarm.View.Tasks.OfService(limited).GroupBy(task => task.Slot),
            slot => Assert.Equal(10, slot.Count()));
    }

    [Fact]
    public void R41_a_service_removed_in_mid_update_leaves_no_task_port_or_address()
    {
        var network = _swarm.Simulation.Run(() => _swarm.Client.Networks.CreateAsync(new NetworkSpec
        {
            Name = "small",
            Ipam = new() { Configs = [new("10.9.0.0/27")] },
        }));
        ServiceSpec On(string name, long replicas) => Spec(name, replicas) with
        {
            Endpoint = new() { Ports = [new(80, 8080)] },
            TaskTemplate = Template() with { Networks = [new() { Target = network.Id.Value }] },
        };
        var most = Capacity();
        Assert.InRange(most, 10, 28);
        for (var round = 0; round < 5; round++)
        {
            var web = Create(On("web", 8) with { Update = new() { Order = (UpdateOrder)(round % 2), Parallelism = 2 } });
            Live(10);
            Update(web, spec => spec with { TaskTemplate = spec.TaskTemplate with { ForceUpdate = 1 } });
            Live(0.3 + round);
            Assert.Equal(RolloutState.Updating, _swarm.View.Services.Find(web.Value)!.RolloutStatus!.State);

            Remove(web);
            Live(10);
            Assert.Empty(_swarm.View.Tasks);
            Assert.Equal(0, _swarm.RunningProcesses);
            Assert.All(_swarm.View.Nodes, node =>
                Assert.DoesNotContain(node.Attachments, attachment => attachment.Network.Id == network.Id));
        }

        // The port is free, and a network takes as many tasks as before: no address is lost.
        Assert.Equal(most, Capacity());

        int Capacity()
        {
            var full = Create(On("full", 40));
            Live(30);
            var running = _swarm.View.Tasks.OfService(full).Count(task => task.Status.State == TaskState.Running);
            Assert.Equal(8080, _swarm.View.Services.Find(full.Value)!.Endpoint!.Ports[0].PublishedPort);
            Remove(full);
            Live(10);
            return running;
        }
    }

    [Fact]
    public void R48_every_node_that_may_has_one_task_of_a_global_service_whatever_nodes_do()
    {
        var agent = Create(Spec("agent", 0) with { Mode = new GlobalMode() });
        Live(10);
        AssertOnePerNode();

        _swarm.AddWorker();
        Live(10);
        AssertOnePerNode();
        var (drained, lost) = (_swarm.Workers.First(), _swarm.Workers.Last());

        SetAvailability(drained, NodeAvailability.Drain);
        Live(10);
        AssertOnePerNode();

        _swarm.Disconnect(lost);
        Live(60);
        AssertOnePerNode();

        SetAvailability(drained, NodeAvailability.Active);
        _swarm.Connect(lost);
        Live(30);
        AssertOnePerNode();
        Assert.Equal(4, _swarm.RunningProcesses);

        void AssertOnePerNode()
        {
            var expected = _swarm.View.Nodes
                .Where(node => node is { Status.State: NodeState.Ready, Spec.Availability: NodeAvailability.Active })
                .Select(node => node.Id.Value)
                .Order(StringComparer.Ordinal);
            var wanted = _swarm.View.Tasks.OfService(agent).Where(TaskGoal.IsWanted).ToArray();
            Assert.Equal(expected, wanted.Select(task => task.NodeId.Value).Order(StringComparer.Ordinal));
            Assert.All(wanted, task => Assert.Equal(TaskState.Running, task.Status.State));
        }
    }

    private static string ImageOf(SwarmTask task) => ((ContainerSpec)task.Spec.Workload!).Image;

    private static TaskSpec Template() => new() { Workload = new ContainerSpec { Image = "good:1" } };

    private static ServiceSpec Spec(string name, long replicas, long nanoCpus = 0) => new()
    {
        Name = name,
        Mode = new ReplicatedMode(replicas),
        TaskTemplate = Template() with
        {
            Resources = new() { Reservations = new() { NanoCpus = nanoCpus } },
        },
    };

    private static ServiceSpec Pinned(string name, string zone) => Spec(name, 1) with
    {
        TaskTemplate = Template() with { Placement = new() { Constraints = [$"node.labels.zone=={zone}"] } },
    };

    private ServiceId Create(ServiceSpec spec) =>
        _swarm.Simulation.Run(() => _swarm.Client.Services.CreateAsync(spec)).Id;

    private void Update(ServiceId service, Func<ServiceSpec, ServiceSpec> change) =>
        _swarm.Run(() => _swarm.Client.Services.UpdateAsync(service, change));

    private void Remove(ServiceId service) => _swarm.Run(() => _swarm.Client.Services.RemoveAsync(service));

    private SwarmTask Only(ServiceId service) =>
        Assert.Single(_swarm.View.Tasks.OfService(service), TaskGoal.IsWanted);

    private void Relabel(NodeId node, string zone) =>
        ChangeNode(node, spec => spec with { Labels = spec.Labels.With("zone", zone) });

    private void SetAvailability(NodeId node, NodeAvailability availability) =>
        ChangeNode(node, spec => spec with { Availability = availability });

    private void ChangeNode(NodeId id, Func<NodeSpec, NodeSpec> change)
    {
        var node = _swarm.View.Nodes.Find(id.Value)!;
        _swarm.Run(() => _swarm.Client.Nodes.UpdateAsync(id, node.Version, change(node.Spec)));
    }

    private void Live(double seconds)
    {
        _swarm.Advance(TimeSpan.FromSeconds(seconds));
        _invariants.Check();
    }

    private (long Transactions, long Writes, long Restarts) Work(int minutes)
    {
        long transactions = 0, writes = 0, restarts = 0;
        for (var second = 0; second < 60 * minutes; second++)
        {
            _swarm.Advance(TimeSpan.FromSeconds(1));
            while (_swarm.Feed.TryRead(out var transaction))
            {
                transactions++;
                writes += transaction.Changes.Count;
                restarts += transaction.Changes.Count(change =>
                    change is { Change: ChangeKind.Created, Current: SwarmTask });
            }
        }

        return (transactions, writes, restarts);
    }
}
