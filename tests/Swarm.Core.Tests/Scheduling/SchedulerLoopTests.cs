using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Scheduling;
using Swarm.Storage;
using Swarm.Testing;

namespace Swarm.Core.Tests.Scheduling;

public sealed class SchedulerLoopTests : IDisposable
{
    private readonly Simulation _simulation = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ClusterStore _store;
    private readonly SchedulerOptions _options = new();
    private Task? _loop;

    public SchedulerLoopTests() => _store = new ClusterStore(new InProcessProposer(), _simulation.Time);

    public void Dispose()
    {
        _stop.Cancel();
        _simulation.Settle();
        Assert.True(_loop is null || _loop.IsCanceled);
        _store.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public void Scenario_047_A_node_that_becomes_ready_gets_the_tasks_that_wait()
    {
        var down = Given.Node("a", state: NodeState.Down);
        Start();
        Write(tx =>
        {
            Create(tx, Service(), down);
            Create(tx, Given.Tasks(2));
        });
        Pass();
        Assert.All(Tasks, task => Assert.Equal(
            "no suitable node (1 node not available for new tasks)",
            task.Status.Error));

        Write(tx => tx.Update(tx.Nodes.Find("a")! with { Status = new NodeStatus(NodeState.Ready) }));
        Pass();

        Assert.All(Tasks, task => Assert.Equal("a", task.NodeId.Value));
    }

    [Fact]
    public void An_assigned_task_says_so_and_keeps_everything_else()
    {
        var task = Given.Task("t") with { Status = new SwarmTaskStatus { State = TaskState.Pending, Error = "old" } };
        Write(tx => Create(tx, Service(), Given.Node("a"), task));
        var started = _simulation.Time.GetUtcNow();
        Start();
        Pass();

        var stored = Find("t");
        Assert.Equal(TaskState.Assigned, stored.Status.State);
        Assert.Equal("scheduler assigned task to node", stored.Status.Message);
        Assert.Equal("", stored.Status.Error);
        Assert.Equal(started + _options.DebounceGap, stored.Status.Timestamp);
        Assert.Same(task.Spec, stored.Spec);
    }

    [Fact]
    public void A_preassigned_task_is_confirmed_or_told_why_not()
    {
        var spec = Given.Spec(nanoCpus: 1);
        Start();
        Write(tx => Create(
            tx,
            Given.Node("a", nanoCpus: 1),
            Given.Node("b"),
            Given.Task("fits", spec: spec, node: "a"),
            Given.Task("large", spec: spec, node: "b")));
        Pass();

        Assert.Equal("scheduler confirmed task can run on preassigned node", Find("fits").Status.Message);
        Assert.Equal(TaskState.Assigned, Find("fits").Status.State);
        Assert.Equal(TaskState.Pending, Find("large").Status.State);
        Assert.Equal("insufficient resources on 1 node", Find("large").Status.Error);

        Write(tx => tx.Update(tx.Nodes.Find("b")! with { Description = Find("a", 1) }));
        Pass();
        Assert.Equal(TaskState.Assigned, Find("large").Status.State);
    }

    [Fact]
    public void Scenario_051_A_waiting_task_is_placed_when_another_ends()
    {
        var spec = Given.Spec(nanoCpus: 1);
        Start();
        Write(tx => Create(
            tx,
            Service(),
            Given.Node("a", nanoCpus: 1),
            Given.Task("t1", spec: spec),
            Given.Task("t2", spec: spec)));
        Pass();
        Assert.Equal("no suitable node (insufficient resources on 1 node)", Find("t2").Status.Error);

        Move("t1", TaskState.Complete);
        Pass();

        Assert.Equal(TaskState.Assigned, Find("t2").Status.State);
        Assert.Equal("", Find("t2").Status.Error);
    }

    [Fact]
    public void Scenario_049_A_service_that_keeps_failing_on_a_node_moves_to_others()
    {
        Start();
        Write(tx => Create(
            tx,
            Service(),
            Given.Node("a"),
            Given.Node("b"),
            Given.Task("other", node: "b", state: TaskState.Running)));
        var nodes = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            Write(tx => Create(tx, Given.Task($"t{i}")));
            Pass();
            nodes.Add(Find($"t{i}").NodeId.Value);
            Move($"t{i}", TaskState.Failed);
        }

        Assert.Equal(["a", "a", "a", "a", "a", "b", "b", "b"], nodes);

        Write(tx => Create(tx, Given.Task("newer", specVersion: 2)));
        Pass();
        Assert.Equal("a", Find("newer").NodeId.Value);
    }

    [Fact]
    public void Scenario_058_A_waiting_task_of_an_old_spec_that_is_to_stop_is_shut_down()
    {
        Start();
        Write(tx => Create(tx, Service(2), Given.Task("stop", desired: TaskState.Shutdown), Given.Task("go")));
        Pass();

        Assert.Equal(TaskState.Shutdown, Find("stop").Status.State);
        Assert.Equal("", Find("stop").Status.Error);
        Assert.Equal(TaskState.Pending, Find("go").Status.State);
        Assert.Equal("", Find("go").Status.Error);
    }

    [Fact]
    public void Scenario_059_Without_nodes_the_error_names_no_reason()
    {
        Start();
        Write(tx => Create(tx, Service(), Given.Task("t")));
        Pass();

        Assert.Equal("no suitable node", Find("t").Status.Error);
        Assert.Equal(TaskState.Pending, Find("t").Status.State);
    }

    [Fact]
    public void Tasks_of_a_service_that_is_gone_are_left_alone()
    {
        Start();
        Write(tx => Create(tx, Given.Task("t")));
        Pass();

        Assert.Equal("", Find("t").Status.Error);
    }

    [Fact]
    public void The_error_is_written_only_when_it_changes()
    {
        Start();
        Write(tx => Create(tx, Service(), Given.Node("a", state: NodeState.Down), Given.Task("t")));
        Pass();
        var first = Find("t");

        Write(tx => tx.Update(tx.Nodes.Find("a")! with { VxlanPort = 1 }));
        Pass();
        Assert.Same(first, Find("t"));

        Write(tx => Create(tx, Given.Node("b", state: NodeState.Down)));
        Pass();
        Assert.Equal("no suitable node (2 nodes not available for new tasks)", Find("t").Status.Error);
    }

    [Fact]
    public void A_pass_waits_for_changes_to_rest_but_not_forever()
    {
        Start();
        Write(tx => Create(tx, Service(), Given.Node("a"), Given.Task("t")));
        for (var i = 0; i < 24; i++)
        {
            _simulation.Advance(TimeSpan.FromMilliseconds(40));
            Assert.Equal(TaskState.Pending, Find("t").Status.State);
            Write(tx => Create(tx, Given.Node($"n{i}")));
        }

        _simulation.Advance(TimeSpan.FromMilliseconds(40));
        Assert.Equal(TaskState.Assigned, Find("t").Status.State);
    }

    [Fact]
    public void Without_debounce_a_task_is_placed_at_once()
    {
        _options.DebounceGap = TimeSpan.Zero;
        Start();
        Write(tx => Create(tx, Service(), Given.Node("a"), Given.Task("t")));

        Assert.Equal(TaskState.Assigned, Find("t").Status.State);
    }

    [Fact]
    public void Decisions_about_tasks_that_changed_meanwhile_are_dropped_and_made_again()
    {
        var race = new RaceFilter();
        Start([race]);
        Write(tx => Create(
            tx,
            Service(),
            Given.Node("a"),
            Given.Task("gone"),
            Given.Task("newer"),
            Given.Task("same")));
        race.Before = () => _ = _store.UpdateAsync(tx =>
        {
            tx.Remove(tx.Tasks.Find(new TaskId("gone"))!);
            tx.Update(tx.Tasks.Find(new TaskId("newer"))! with { Slot = 7 });
        }).AsTask();
        Pass();
        Pass();

        Assert.Null(_store.Current.Tasks.Find(new TaskId("gone")));
        Assert.Equal((TaskState.Assigned, 7), (Find("newer").Status.State, Find("newer").Slot));
        Assert.Equal(TaskState.Assigned, Find("same").Status.State);
    }

    [Fact]
    public void A_filter_that_throws_stops_nobody_for_long()
    {
        var race = new RaceFilter { Before = () => throw new InvalidOperationException() };
        Start([race]);
        Write(tx => Create(tx, Service(), Given.Node("a"), Given.Task("t")));
        Pass();
        Assert.Equal(TaskState.Pending, Find("t").Status.State);

        _simulation.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(TaskState.Assigned, Find("t").Status.State);
    }

    private void Start(IEnumerable<ISchedulingFilter>? more = null)
    {
        var loop = new SchedulerLoop(
            _store,
            _simulation.Time,
            _options,
            [.. SchedulingFilters.Default, .. more ?? []],
            [],
            NullLogger.Instance);
        SynchronizationContext.SetSynchronizationContext(null);
        _loop = _simulation.StartAsync(() => loop.RunAsync(_stop.Token));
        _simulation.Settle();
    }

    private void Pass() => _simulation.Advance(TimeSpan.FromMilliseconds(60));

    private void Write(Action<StoreTransaction> change)
    {
        // The test framework's context would take continuations off the simulation's thread.
        SynchronizationContext.SetSynchronizationContext(null);
        _simulation.Run(() => _store.UpdateAsync(change).AsTask());
        _simulation.Settle();
    }

    private void Move(string id, TaskState state) => Write(tx =>
    {
        var task = tx.Tasks.Find(new TaskId(id))!;
        tx.Update(task with { Status = task.Status with { State = state } });
    });

    private static void Create(StoreTransaction tx, params ClusterObject[] values)
    {
        foreach (var value in values)
        {
            tx.Create(value);
        }
    }

    private SwarmTask Find(string id) => _store.Current.Tasks.Find(new TaskId(id))!;

    private NodeDescription Find(string node, long nanoCpus) => _store.Current.Nodes.Find(node)!.Description! with
    {
        Resources = new NodeResources { NanoCpus = nanoCpus },
    };

    private IEnumerable<SwarmTask> Tasks => _store.Current.Tasks;

    private static Service Service(ulong specVersion = 1) => new()
    {
        Id = Given.Web,
        Spec = new ServiceSpec { Name = "web" },
        SpecVersion = new ObjectVersion(specVersion),
    };

    /// <summary>Does something once while a pass decides.</summary>
    private sealed class RaceFilter : ISchedulingFilter, INodePredicate
    {
        public Action? Before { get; set; }

        public string Name => "race";

        public bool TryBind(SwarmTask task, [NotNullWhen(true)] out INodePredicate? predicate)
        {
            predicate = this;
            return true;
        }

        public bool Admits(NodeView node)
        {
            var before = Before;
            Before = null;
            before?.Invoke();
            return true;
        }

        public string Explain(int rejectedNodes) => "";
    }
}
