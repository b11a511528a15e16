using Swarm.Core.Tests.Storage;
using Swarm.Scheduling;
using Swarm.Storage;

namespace Swarm.Core.Tests.Scheduling;

public sealed class SchedulerStateTests
{
    private static readonly TaskState[] States =
        [TaskState.New, TaskState.Pending, TaskState.Assigned, TaskState.Running, TaskState.Complete, TaskState.Failed];

    private static readonly TaskSpec[] Specs =
    [
        Given.Spec(nanoCpus: 1, memory: 2),
        Given.Spec(nanoCpus: 3),
        Given.Spec(generic: [new DiscreteResource("gpu", 1)]),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task State_kept_change_by_change_equals_state_built_from_scratch(int seed)
    {
        using var fixture = new StoreFixture();
        using var subscription = fixture.Store.Watch();
        await fixture.Store.UpdateAsync(CreateServices);
        var random = new Random(seed);
        var kept = new SchedulerState(new SchedulerOptions(), fixture.Time, subscription.View);
        for (var round = 0; round < 150; round++)
        {
            await fixture.Store.UpdateAsync(tx =>
            {
                for (var i = 0; i < 6; i++)
                {
                    Change(tx, random);
                }
            });
            Follow(subscription, kept);
            var plan = new PassPlan(kept, new GroupPlacer(kept, SchedulingFilters.Default, []));
            plan.Decide();
            if (round % 2 == 0)
            {
                plan.Undo();
            }
            else
            {
                await fixture.Store.UpdateAsync(tx => Change(tx, random));
                await new PassCommit(fixture.Store, kept, plan, fixture.Time.GetUtcNow()).RunAsync(default);
                await fixture.Store.UpdateAsync(tx => Change(tx, random));
                Follow(subscription, kept);
            }

            var built = new SchedulerState(new SchedulerOptions(), fixture.Time, fixture.Store.Current);
            Assert.Equal(Describe(built), Describe(kept));
        }
    }

    [Fact]
    public void Scenario_049_Failures_are_forgotten_after_the_look_back()
    {
        using var fixture = new StoreFixture();
        var state = new SchedulerState(new SchedulerOptions(), fixture.Time, ClusterView.Empty);
        state.Apply(Created(Given.Node("a")));
        for (var i = 0; i < 8; i++)
        {
            Fail(state, Given.Task($"t{i}", state: TaskState.Running, node: "a"));
        }

        var node = state.FindNode(new NodeId("a"))!;
        Assert.Equal(8, Assert.Single(node.RecentFailures).Value);
        state.Failures.Forget(fixture.Time.GetUtcNow() + TimeSpan.FromMinutes(5));
        Assert.Empty(node.RecentFailures);
        Assert.Null(state.Failures.NodesWith(new ServiceRevision(Given.Web, new ObjectVersion(1))));
    }

    [Fact]
    public void Scenario_050_Failures_of_preassigned_tasks_do_not_count()
    {
        using var fixture = new StoreFixture();
        var state = new SchedulerState(new SchedulerOptions(), fixture.Time, ClusterView.Empty);
        state.Apply(Created(Given.Node("a")));
        var pending = Given.Task("t", node: "a");
        var running = pending with { Status = new SwarmTaskStatus { State = TaskState.Running } };
        state.Apply(Created(pending));
        state.Apply(new ObjectChange(ChangeKind.Updated, running, pending, default));
        Fail(state, running);

        Assert.Empty(state.FindNode(new NodeId("a"))!.RecentFailures);
    }

    [Fact]
    public void Placing_a_task_allocates_nothing_beyond_the_list_of_results()
    {
        using var fixture = new StoreFixture();
        var state = new SchedulerState(new SchedulerOptions(), fixture.Time, ClusterView.Empty);
        for (var i = 0; i < 100; i++)
        {
            state.Apply(Created(Given.Node($"n{i:00}", nanoCpus: 1_000_000, labels: [("az", $"{i % 3}")])));
        }

        Placement[] placements = [new(), Given.Spread("node.labels.az"), new() { MaxReplicas = 900 }];
        foreach (var placement in placements)
        {
            var spec = Given.Spec(nanoCpus: 1, placement: placement);
            var placer = new GroupPlacer(state, SchedulingFilters.Default, []);
            Measure(state, placer, Given.Tasks(20_000, spec));
            var few = Least(state, placer, Given.Tasks(1_000, spec));
            var many = Least(state, placer, Given.Tasks(20_000, spec));

            // 19,000 tasks more; a collection in between may cost a few bytes.
            Assert.InRange(many - few, -1000, 1000);
        }
    }

    // A collection in the middle counts what is left of the thread's piece of the heap, up to 8 KiB, as allocated.
    private static long Least(SchedulerState state, GroupPlacer placer, SwarmTask[] tasks) =>
        Enumerable.Range(0, 3).Min(_ => Measure(state, placer, tasks));

    private static long Measure(SchedulerState state, GroupPlacer placer, SwarmTask[] tasks)
    {
        var reservations = new List<Reservation>(tasks.Length);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var placed = placer.Place(tasks, reservations);
        var after = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(tasks.Length, placed);
        reservations.ForEach(reservation => state.Undo(reservation));
        return after - before;
    }

    private static ObjectChange Created(ClusterObject value) => new(ChangeKind.Created, value, null, default);

    private static void Fail(SchedulerState state, SwarmTask running)
    {
        if (state.FindNode(running.NodeId)!.Occupants == 0)
        {
            state.Apply(Created(running));
        }

        var failed = running with { Status = new SwarmTaskStatus { State = TaskState.Failed } };
        state.Apply(new ObjectChange(ChangeKind.Updated, failed, running, default));
    }

    private static void Follow(ChangeSubscription subscription, SchedulerState state)
    {
        while (subscription.TryRead(out var transaction))
        {
            foreach (var change in transaction.Changes)
            {
                state.Apply(change);
            }
        }
    }

    private static void CreateServices(StoreTransaction tx)
    {
        for (var i = 0; i < 3; i++)
        {
            tx.Create(new Service { Id = new ServiceId($"s{i}"), Spec = new ServiceSpec { Name = $"s{i}" } });
        }
    }

    private static void Change(StoreTransaction tx, Random random)
    {
        if (random.Next(4) == 0)
        {
            ChangeNode(tx, random);
            return;
        }

        var id = new TaskId($"t{random.Next(60):00}");
        var task = tx.Tasks.Find(id);
        if (task is null)
        {
            tx.Create(NewTask(id.Value, random));
        }
        else if (random.Next(5) == 0)
        {
            tx.Remove(task);
        }
        else
        {
            tx.Update(Move(task, random));
        }
    }

    private static SwarmTask NewTask(string id, Random random)
    {
        var task = Given.Task(
            id,
            new ServiceId($"s{random.Next(3)}"),
            Specs[random.Next(Specs.Length)],
            (ulong)random.Next(2),
            States[random.Next(2)],
            random.Next(4) == 0 ? $"n{random.Next(6)}" : "");
        return random.Next(4) == 0 ? task.WithHostPort(80) : task;
    }

    private static SwarmTask Move(SwarmTask task, Random random)
    {
        var state = States[random.Next(States.Length)];
        var node = task.NodeId.IsEmpty && state >= TaskState.Assigned ? new NodeId($"n{random.Next(6)}") : task.NodeId;
        return task with
        {
            NodeId = node,
            DesiredState = random.Next(4) == 0 ? TaskState.Shutdown : task.DesiredState,
            Status = task.Status with { State = state > task.Status.State ? state : task.Status.State },
            AssignedGenericResources = node.IsEmpty || task.Spec != Specs[2]
                ? default
                : [new NamedResource("gpu", "u1")],
        };
    }

    private static void ChangeNode(StoreTransaction tx, Random random)
    {
        var id = $"n{random.Next(6)}";
        var node = tx.Nodes.Find(id);
        if (node is null)
        {
            tx.Create(Given.Node(id, nanoCpus: random.Next(20), memory: random.Next(20)));
        }
        else if (random.Next(3) == 0)
        {
            tx.Remove(node);
        }
        else
        {
            ValueList<GenericResource> generic = random.Next(2) == 0
                ? [new NamedResource("gpu", "u1"), new NamedResource("gpu", "u2")]
                : default;
            var resources = node.Description!.Resources with { NanoCpus = random.Next(20), Generic = generic };
            tx.Update(node with { Description = node.Description with { Resources = resources } });
        }
    }

    private static string[] Describe(SchedulerState state)
    {
        state.Order.Refresh();
        var nodes = Enumerable.Range(0, state.Order.Count).Select(i => state.Order[i]).Select(node => string.Join(
            ' ',
            node.Node.Id,
            node.Position,
            node.ActiveTasks,
            node.Occupants,
            node.Available,
            node.UsesHostPort(new HostPort(PortProtocol.Tcp, 80)),
            string.Join(',', Enumerable.Range(0, 3).Select(i => node.ActiveTasksOf(new ServiceId($"s{i}"))))));
        var waiting = state.Pending.Groups
            .SelectMany(group => group.Tasks.Values.Select(task => $"{group.Key.Revision} {task}"))
            .Concat(state.Pending.Preassigned.Select(task => task.ToString()))
            .Order(StringComparer.Ordinal);
        return [.. nodes, .. waiting, state.Order.Peek()?.Node.Id.Value ?? "no node"];
    }
}
