using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Orchestration;
using Swarm.Storage;
using Swarm.Testing;

namespace Swarm.Core.Tests.Orchestration.Reaper;

public sealed class TaskReaperTests : IDisposable
{
    private readonly Simulation _simulation = new();
    private readonly ClusterStore _store;
    private readonly CancellationTokenSource _stop = new();
    private int _next;

    public TaskReaperTests()
    {
        _store = new ClusterStore(new InProcessProposer(), _simulation.Time);
        Change(transaction => transaction.Create(new Cluster
        {
            Id = new("c"),
            RootCa = new(),
            Spec = new() { TaskHistoryRetentionLimit = 2 },
        }));
    }

    public void Dispose()
    {
        _stop.Cancel();
        _simulation.Settle();
        _stop.Dispose();
        _store.Dispose();
    }

    [Fact]
    public void Scenario_040_A_slot_keeps_as_many_tasks_as_the_limit_says()
    {
        var service = Create(new ReplicatedMode(1));
        Start();
        for (var i = 0; i < 4; i++)
        {
            Write(service, TaskState.Failed, TaskState.Shutdown);
        }

        var live = Write(service, TaskState.Running);
        _simulation.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(2, _store.Current.Tasks.Count);
        Assert.NotNull(_store.Current.Tasks.Find(live.Id));
        Assert.NotNull(_store.Current.Tasks.Find(new TaskId("t003")));
    }

    [Fact]
    public void Each_node_of_a_global_service_keeps_its_own_history()
    {
        var service = Create(new GlobalMode());
        Start();
        foreach (var node in new[] { "n1", "n2" })
        {
            for (var i = 0; i < 3; i++)
            {
                Write(service, TaskState.Failed, TaskState.Shutdown, slot: 0, node);
            }
        }

        _simulation.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(2, _store.Current.Tasks.OnNode(new("n1")).Count());
        Assert.Equal(2, _store.Current.Tasks.OnNode(new("n2")).Count());
    }

    [Fact]
    public void Scenario_041_A_task_to_be_removed_goes_once_it_cannot_run_any_more()
    {
        var service = Create(new ReplicatedMode(1));
        var assigned = Write(service, TaskState.Running);
        var waiting = Write(service, TaskState.Pending, slot: 2);
        Start();

        Want(assigned, TaskState.Remove);
        Want(waiting, TaskState.Remove);
        _simulation.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([assigned.Id], _store.Current.Tasks.Select(task => task.Id));

        Report(assigned, TaskState.Shutdown);
        _simulation.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, _store.Current.Tasks.Count);
    }

    [Fact]
    public void Scenario_042_Tasks_of_a_deleted_service_go_as_they_stop()
    {
        var service = Create(new ReplicatedMode(2));
        var first = Write(service, TaskState.Running);
        var second = Write(service, TaskState.Running, slot: 2);
        Start();
        Change(transaction => transaction.Remove(service));
        Want(first, TaskState.Remove);
        Want(second, TaskState.Remove);

        Report(first, TaskState.Shutdown);
        _simulation.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([second.Id], _store.Current.Tasks.Select(task => task.Id));

        Report(second, TaskState.Orphaned);
        _simulation.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, _store.Current.Tasks.Count);
    }

    [Fact]
    public void What_was_left_over_when_a_leader_starts_goes_at_once()
    {
        var service = Create(new ReplicatedMode(1));
        Write(service, TaskState.Shutdown, TaskState.Remove);
        Change(transaction => transaction.Create(new SwarmTask
        {
            Id = new("alone"),
            Spec = new(),
            Status = new() { State = TaskState.Orphaned },
        }));

        Start();
        _simulation.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(0, _store.Current.Tasks.Count);
    }

    [Fact]
    public void Changes_are_gathered_for_250_milliseconds()
    {
        var service = Create(new ReplicatedMode(1));
        Start();
        Write(service, TaskState.New, TaskState.Remove);

        _simulation.Advance(TimeSpan.FromMilliseconds(249));
        Assert.Equal(1, _store.Current.Tasks.Count);
        _simulation.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, _store.Current.Tasks.Count);
    }

    [Fact]
    public void More_than_a_thousand_changes_are_not_waited_with()
    {
        var service = Create(new ReplicatedMode(1));
        Start();
        for (var i = 0; i < 1_001; i++)
        {
            Write(service, TaskState.New, TaskState.Remove);
        }

        _simulation.Settle();
        Assert.Equal(0, _store.Current.Tasks.Count);
    }

    [Fact]
    public void A_slot_in_the_middle_of_an_update_is_looked_at_again_when_a_task_ends()
    {
        var service = Create(new ReplicatedMode(1));
        Start();
        Write(service, TaskState.Failed, TaskState.Shutdown);
        var old = Write(service, TaskState.Running);
        Write(service, TaskState.Starting);
        var newest = Write(service, TaskState.Preparing);
        _simulation.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(3, _store.Current.Tasks.Count);

        Report(old, TaskState.Shutdown);
        _simulation.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, _store.Current.Tasks.Count);
        Assert.NotNull(_store.Current.Tasks.Find(newest.Id));
    }

    [Fact]
    public void A_wall_clock_that_is_put_back_does_not_hold_it_up()
    {
        var clock = new NodeClock(_simulation.Time);
        var service = Create(new ReplicatedMode(1));
        Start(clock);
        Write(service, TaskState.New, TaskState.Remove);
        _simulation.Advance(TimeSpan.FromMilliseconds(100));

        clock.Offset = TimeSpan.FromHours(-1);
        Write(service, TaskState.New, TaskState.Remove);
        _simulation.Advance(TimeSpan.FromMilliseconds(150));

        Assert.Equal(0, _store.Current.Tasks.Count);
    }

    private void Start(TimeProvider? clock = null)
    {
        // Continuations belong to the simulation, not to the test runner's context.
        SynchronizationContext.SetSynchronizationContext(null);
        var reaper = new TaskReaper(_store, clock ?? _simulation.Time, NullLogger<TaskReaper>.Instance);
        _ = _simulation.StartAsync(() => reaper.RunAsync(_stop.Token));
        _simulation.Settle();
    }

    private Service Create(ServiceMode mode)
    {
        var service = new Service { Id = new("s"), Spec = new() { Name = "web", Mode = mode } };
        Change(transaction => transaction.Create(service));
        return service;
    }

    private SwarmTask Write(
        Service service,
        TaskState state,
        TaskState desired = TaskState.Running,
        int slot = 1,
        string node = "")
    {
        var task = new SwarmTask
        {
            Id = new($"t{_next++:d3}"),
            ServiceId = service.Id,
            Slot = slot,
            NodeId = new(node),
            Spec = new(),
            DesiredState = desired,
            Status = new() { State = state, Timestamp = _simulation.Time.GetUtcNow().AddSeconds(_next) },
        };
        Change(transaction => transaction.Create(task));
        return task;
    }

    private void Want(SwarmTask task, TaskState desired) => Change(transaction =>
        transaction.Update(transaction.Tasks.Find(task.Id)! with { DesiredState = desired }));

    private void Report(SwarmTask task, TaskState state) => Change(transaction =>
        transaction.Update(transaction.Tasks.Find(task.Id)! with { Status = new() { State = state } }));

    private void Change(Action<StoreTransaction> change) =>
        Assert.True(_store.UpdateAsync(change).AsTask().IsCompletedSuccessfully);
}
