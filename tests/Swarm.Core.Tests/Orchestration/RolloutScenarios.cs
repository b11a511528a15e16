namespace Swarm.Core.Tests.Orchestration;

public sealed class RolloutScenarios : IDisposable
{
    private readonly OrchestrationFixture _swarm = new();

    public RolloutScenarios()
    {
        _swarm.AddNode("n1");
        _swarm.AddNode("n2");
        _swarm.Start();
    }

    public void Dispose() => _swarm.Dispose();

    [Fact]
    public void Scenario_018_tasks_are_replaced_one_at_a_time_and_the_update_completes_after_monitoring()
    {
        var web = Running(3);
        Update(web, new UpdatePolicy());

        Assert.Equal(
            (RolloutState.Updating, "update in progress", (DateTimeOffset?)null),
            (Status(web).State, Status(web).Message, Status(web).CompletedAt));
        _swarm.LiveUntil(() =>
        {
            Assert.InRange(_swarm.Tasks(web).Count(task => task.Status.State == TaskState.Running), 2, 3);
            return New(web).Count(task => task.Status.State == TaskState.Running) == 3;
        });

        var done = _swarm.Now;
        Assert.Equal(RolloutState.Updating, Status(web).State);
        _swarm.LiveUntil(() => Status(web).State == RolloutState.Completed);

        Assert.Equal("update completed", Status(web).Message);
        Assert.InRange(Status(web).CompletedAt!.Value - done, TimeSpan.FromSeconds(4.8), TimeSpan.FromSeconds(5.2));
        Assert.Equal([1, 2, 3], _swarm.Runnable(web).Select(task => task.Slot));
        Assert.All(_swarm.Runnable(web), task => Assert.Equal("v2", task.Image()));
        Assert.Equal(6, _swarm.Tasks(web).Count);
    }

    [Fact]
    public void Scenario_019_constraints_only_replace_tasks_whose_node_no_longer_matches()
    {
        _swarm.ChangeNode("n1", node => node with
        {
            Spec = node.Spec with { Labels = node.Spec.Labels.With("a", "1") },
        });
        var web = Running(4);
        var before = _swarm.Tasks(web);

        _swarm.Update(web, spec => spec.WithConstraints("node.labels.a==1"));
        _swarm.Live(TimeSpan.FromSeconds(30));

        Assert.All(before, task => Assert.Equal(
            task.NodeId.Value == "n1" ? TaskState.Running : TaskState.Shutdown,
            _swarm.Task(task.Id).DesiredState));
        Assert.Equal(RolloutState.Completed, Status(web).State);
    }

    [Fact]
    public void Scenario_020_a_failing_update_pauses_until_the_user_acts()
    {
        var web = Running(3, new RestartPolicy { Condition = RestartCondition.None });
        _swarm.Behaviour = task => task.Image() == "v2" ? TaskState.Failed : TaskState.Running;

        Update(web, new UpdatePolicy { FailureAction = FailureAction.Pause });
        _swarm.Live(TimeSpan.FromSeconds(20));

        var failed = Assert.Single(New(web));
        Assert.Equal(RolloutState.Paused, Status(web).State);
        Assert.Equal(
            $"update paused due to failure or early termination of task {failed.Id}",
            Status(web).Message);
        Assert.Null(Status(web).CompletedAt);
        Assert.Equal(2, _swarm.Runnable(web).Count(task => task.Image() == "v1"));

        _swarm.RemoveTask(_swarm.Runnable(web)[0].Id);
        _swarm.Live(TimeSpan.FromSeconds(20));
        Assert.Equal(RolloutState.Paused, Status(web).State);
        Assert.Equal(1, _swarm.Runnable(web).Count(task => task.Image() == "v1"));

        Update(web, new UpdatePolicy { FailureAction = FailureAction.Continue });
        _swarm.LiveUntil(() => _swarm.Rollout(web) == RolloutState.Completed);
        Assert.Empty(_swarm.Runnable(web));
        Assert.Equal([1, 2, 3], New(web).Select(task => task.Slot).Distinct());
    }

    [Fact]
    public void Scenario_021_an_old_task_that_never_stops_delays_the_new_one_by_a_minute()
    {
        var web = Running(1);
        var old = _swarm.Only(web);
        Update(web, new UpdatePolicy());
        var fresh = Assert.Single(New(web));
        _swarm.Assign(fresh.Id, "n2", TaskState.Ready);

        _swarm.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(TaskState.Ready, _swarm.Task(fresh.Id).DesiredState);

        _swarm.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TaskState.Running, _swarm.Task(fresh.Id).DesiredState);
        Assert.Equal((TaskState.Shutdown, TaskState.Running), (
            _swarm.Task(old.Id).DesiredState,
            _swarm.Task(old.Id).Status.State));
    }

    [Fact]
    public void Scenario_022_start_first_keeps_the_old_task_until_the_new_one_runs()
    {
        var web = Running(2);
        Update(web, new UpdatePolicy { Order = UpdateOrder.StartFirst });
        var fresh = Assert.Single(New(web));
        Assert.Equal(TaskState.Running, fresh.DesiredState);
        Assert.Equal(3, _swarm.Runnable(web).Count);

        _swarm.Assign(fresh.Id, "n1", TaskState.Starting);
        Assert.Equal(3, _swarm.Runnable(web).Count);

        _swarm.Report(fresh.Id, TaskState.Running);
        Assert.Equal(
            TaskState.Shutdown,
            _swarm.Tasks(web).Single(task => task.Slot == fresh.Slot && task.Image() == "v1").DesiredState);

        _swarm.LiveUntil(() =>
        {
            Assert.True(_swarm.Tasks(web).Count(task => task.Status.State == TaskState.Running) >= 2);
            return _swarm.Rollout(web) == RolloutState.Completed;
        });
    }

    [Fact]
    public void Start_first_leaves_the_old_task_alone_when_the_new_one_fails()
    {
        var web = Running(1);
        _swarm.Behaviour = task => task.Image() == "v2" ? TaskState.Failed : TaskState.Running;

        Update(web, new UpdatePolicy { Order = UpdateOrder.StartFirst });
        _swarm.Live(TimeSpan.FromSeconds(20));

        Assert.Equal(RolloutState.Paused, Status(web).State);
        var running = _swarm.Runnable(web).Where(task => task.Status.State == TaskState.Running);
        Assert.Equal("v1", Assert.Single(running).Image());
    }

    [Fact]
    public void Scenario_025_a_new_task_that_completes_early_counts_as_failed()
    {
        var web = Running(2);
        _swarm.Behaviour = task => task.Image() == "v2" ? TaskState.Complete : TaskState.Running;

        Update(web, new UpdatePolicy());
        _swarm.Live(TimeSpan.FromSeconds(5));

        Assert.Equal(RolloutState.Paused, Status(web).State);
    }

    [Fact]
    public void A_failure_after_the_monitor_time_does_not_count()
    {
        var web = Running(2);
        Update(web, new UpdatePolicy { Delay = TimeSpan.FromSeconds(20), Monitor = TimeSpan.FromSeconds(30) });
        _swarm.LiveUntil(() => New(web).Count == 2);
        _swarm.Live(TimeSpan.FromSeconds(11));

        _swarm.Report(New(web).First(task => task.Slot == 1).Id, TaskState.Failed);
        Assert.Equal(RolloutState.Updating, Status(web).State);

        _swarm.Report(New(web).First(task => task.Slot == 2).Id, TaskState.Failed);
        Assert.Equal(RolloutState.Paused, Status(web).State);
    }

    [Fact]
    public void Scenario_026_another_spec_replaces_an_update_in_progress()
    {
        var web = Running(3);
        Update(web, new UpdatePolicy { Delay = TimeSpan.FromSeconds(10) });
        _swarm.Live(TimeSpan.FromSeconds(3));
        Assert.Equal(1, _swarm.Runnable(web).Count(task => task.Image() == "v2"));

        _swarm.Update(web, spec => spec.WithImage("v3"));
        _swarm.LiveUntil(() => _swarm.Rollout(web) == RolloutState.Completed);

        Assert.All(_swarm.Runnable(web), task => Assert.Equal("v3", task.Image()));
        Assert.Equal(1, _swarm.Tasks(web).Count(task => task.Image() == "v2"));
        Assert.Equal(3, _swarm.Tasks(web).Count(task => task.Image() == "v3"));
    }

    [Fact]
    public void Every_slot_is_followed_by_the_delay_and_monitoring_outlasts_it()
    {
        var web = Running(2);
        var start = _swarm.Now;
        Update(web, new UpdatePolicy { Delay = TimeSpan.FromSeconds(10) });

        _swarm.LiveUntil(() => _swarm.Rollout(web) == RolloutState.Completed);

        // Two slots with their delays, then the delay plus one second, for it is longer than the monitor time.
        Assert.InRange(_swarm.Now - start, TimeSpan.FromSeconds(31), TimeSpan.FromSeconds(32.5));
    }

    [Fact]
    public void Parallelism_bounds_the_slots_at_work_and_zero_means_all()
    {
        var web = Running(6);
        Update(web, new UpdatePolicy { Parallelism = 2 });
        Assert.Equal(2, New(web).Count);
        _swarm.LiveUntil(() => _swarm.Rollout(web) == RolloutState.Completed);

        _swarm.Update(web, spec => spec.WithImage("v3") with { Update = new UpdatePolicy { Parallelism = 0 } });
        Assert.Equal(6, _swarm.Tasks(web).Count(task => task.Image() == "v3"));
    }

    [Fact]
    public void A_new_leader_finishes_the_update_without_replacing_anything_twice()
    {
        var web = Running(6);
        Update(web, new UpdatePolicy { Parallelism = 2 });
        _swarm.Live(TimeSpan.FromSeconds(0.3));
        _swarm.StopLeader();
        _swarm.Start();

        _swarm.LiveUntil(() => _swarm.Rollout(web) == RolloutState.Completed);

        Assert.Equal([1, 2, 3, 4, 5, 6], New(web).Select(task => task.Slot));
        Assert.All(_swarm.Runnable(web), task => Assert.Equal("v2", task.Image()));
    }

    [Fact]
    public void Scaling_and_labels_touch_no_task()
    {
        var web = Running(2);
        var before = _swarm.Runnable(web).Select(task => task.Id).ToArray();

        _swarm.Update(web, spec => spec.WithReplicas(3) with { Labels = spec.Labels.With("a", "b") });
        _swarm.Live(TimeSpan.FromSeconds(10));

        Assert.Null(_swarm.Service(web).RolloutStatus);
        Assert.Equal(before, _swarm.Runnable(web).Select(task => task.Id).Take(2));
        Assert.Equal(3, _swarm.Runnable(web).Count);
    }

    [Fact]
    public void A_slot_whose_new_task_lost_its_node_before_it_ran_waits_for_the_next_one()
    {
        var web = Running(2);
        Update(web, new UpdatePolicy());
        var first = Assert.Single(New(web));
        _swarm.Assign(first.Id, "n2", TaskState.Preparing);

        _swarm.SetState("n2", NodeState.Down);
        var slots = New(web).Select(task => task.Slot).ToHashSet();
        Assert.Contains(first.Slot, slots);
        _swarm.LiveUntil(() => _swarm.Rollout(web) == RolloutState.Completed);

        Assert.All(_swarm.Runnable(web), task => Assert.Equal(
            ("v2", TaskState.Running, "n1"),
            (task.Image(), task.Status.State, task.NodeId.Value)));
    }

    private ServiceId Running(int replicas, RestartPolicy? restart = null)
    {
        var web = _swarm.AddService(Specs.Replicated(replicas).WithRestart(restart ?? RestartPolicy.Default));
        _swarm.Work();
        return web;
    }

    private void Update(ServiceId service, UpdatePolicy policy) =>
        _swarm.Update(service, spec => spec.WithImage("v2") with { Update = policy });

    private RolloutStatus Status(ServiceId service) => _swarm.Service(service).RolloutStatus!;

    private IReadOnlyList<SwarmTask> New(ServiceId service) =>
        [.. _swarm.Tasks(service).Where(task => task.Image() == "v2")];
}
