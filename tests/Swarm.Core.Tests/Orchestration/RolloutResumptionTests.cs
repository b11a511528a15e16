namespace Swarm.Core.Tests.Orchestration;

/// <summary>Updates across changes of leader, and updates whose new tasks do not get up.</summary>
public sealed class RolloutResumptionTests : IDisposable
{
    private readonly OrchestrationFixture _swarm = new();

    public RolloutResumptionTests()
    {
        _swarm.AddNode("n1");
        _swarm.AddNode("n2");
        _swarm.Start();
    }

    public void Dispose() => _swarm.Dispose();

    [Fact]
    public void R47_a_new_leader_has_no_more_slots_at_work_than_the_policy_allows()
    {
        var web = Running(4);
        _swarm.Behaviour = task => task.Image() == "v2" ? TaskState.Starting : TaskState.Running;
        Update(web, new UpdatePolicy());
        _swarm.Work();
        var first = Assert.Single(New(web));
        _swarm.Work();

        _swarm.StopLeader();
        _swarm.Start();
        _swarm.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(first.Id, Assert.Single(New(web)).Id);

        _swarm.Report(first.Id, TaskState.Running);
        Assert.Equal(2, New(web).Count);
    }

    [Fact]
    public void R47_a_new_leader_takes_up_a_slot_at_work_before_it_begins_others()
    {
        var web = Running(3);
        Update(web, new UpdatePolicy { Order = UpdateOrder.StartFirst });
        var first = Assert.Single(New(web));

        _swarm.StopLeader();
        _swarm.Start();

        Assert.Equal(first.Id, Assert.Single(New(web)).Id);
        _swarm.LiveUntil(() => _swarm.Rollout(web) == RolloutState.Completed);
        Assert.Equal([1, 2, 3], New(web).Select(task => task.Slot));
    }

    [Fact]
    public void R47_a_new_leader_keeps_the_pause_between_slots()
    {
        var web = Running(2);
        Update(web, new UpdatePolicy { Delay = TimeSpan.FromSeconds(20) });
        _swarm.LiveUntil(() => New(web).Any(task => task.Status.State == TaskState.Running));
        _swarm.Live(TimeSpan.FromSeconds(5));

        _swarm.StopLeader();
        _swarm.Start();
        _swarm.Live(TimeSpan.FromSeconds(14));
        Assert.Single(New(web));

        _swarm.Live(TimeSpan.FromSeconds(2));
        Assert.Equal(2, New(web).Count);
    }

    [Fact]
    public void R47_a_new_leader_skips_no_monitoring()
    {
        var web = Running(1);
        Update(web, new UpdatePolicy { Monitor = TimeSpan.FromSeconds(30) });
        _swarm.LiveUntil(() => New(web).Any(task => task.Status.State == TaskState.Running));
        _swarm.Live(TimeSpan.FromSeconds(5));

        _swarm.StopLeader();
        _swarm.Start();
        _swarm.Live(TimeSpan.FromSeconds(5));
        Assert.Equal(RolloutState.Updating, _swarm.Rollout(web));
        _swarm.Report(Assert.Single(New(web)).Id, TaskState.Failed);

        Assert.Equal(RolloutState.Paused, _swarm.Rollout(web));
    }

    [Fact]
    public void R47_a_failure_between_two_leaders_counts()
    {
        var web = Running(3);
        Update(web, new UpdatePolicy { FailureAction = FailureAction.Rollback });
        var first = Assert.Single(New(web));
        _swarm.Work();
        _swarm.StopLeader();
        _swarm.Assign(first.Id, "n1", TaskState.Failed);

        _swarm.Start();

        Assert.Equal(RolloutState.RollbackStarted, _swarm.Rollout(web));
        _swarm.LiveUntil(() => _swarm.Rollout(web) == RolloutState.RollbackCompleted);
        Assert.All(_swarm.Runnable(web), task => Assert.Equal("v1", task.Image()));
    }

    [Fact]
    public void A_new_leader_waits_for_the_old_task_to_stop_as_the_last_one_did()
    {
        var web = Running(1);
        var old = _swarm.Only(web);
        Update(web, new UpdatePolicy());
        _swarm.StopLeader();
        _swarm.Start();

        _swarm.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(TaskState.Ready, _swarm.Only(web).DesiredState);

        _swarm.Report(old.Id, TaskState.Shutdown);
        Assert.Equal(TaskState.Running, _swarm.Only(web).DesiredState);
    }

    [Theory]
    [InlineData(UpdateOrder.StopFirst)]
    [InlineData(UpdateOrder.StartFirst)]
    public void A_new_task_that_does_not_get_up_in_time_counts_as_failed(UpdateOrder order)
    {
        var web = Running(2);
        _swarm.Behaviour = task => task.Image() == "v2" ? TaskState.Starting : TaskState.Running;
        Update(web, new UpdatePolicy { Order = order });

        _swarm.Live(TimeSpan.FromSeconds(595));
        Assert.Equal(RolloutState.Updating, _swarm.Rollout(web));
        _swarm.Live(TimeSpan.FromSeconds(6));

        Assert.Equal(RolloutState.Paused, _swarm.Rollout(web));
        Assert.Equal(
            $"update paused due to task {Assert.Single(New(web)).Id} not running within 10m",
            _swarm.Service(web).RolloutStatus!.Message);
    }

    [Fact]
    public void The_deadline_is_the_services_own_and_outlives_the_leader()
    {
        var web = Running(2);
        _swarm.Behaviour = task => task.Image() == "v2" ? TaskState.Starting : TaskState.Running;
        Update(web, new UpdatePolicy { FailureAction = FailureAction.Rollback }, "90s");

        _swarm.Live(TimeSpan.FromSeconds(60));
        _swarm.StopLeader();
        _swarm.Start();
        _swarm.Live(TimeSpan.FromSeconds(29));
        Assert.Equal(RolloutState.Updating, _swarm.Rollout(web));
        _swarm.Live(TimeSpan.FromSeconds(2));
        Assert.Equal(RolloutState.RollbackStarted, _swarm.Rollout(web));

        _swarm.LiveUntil(() => _swarm.Rollout(web) == RolloutState.RollbackCompleted);
        Assert.All(_swarm.Runnable(web), task => Assert.Equal(
            ("v1", TaskState.Running),
            (task.Image(), task.Status.State)));
    }

    [Fact]
    public void The_deadline_does_not_run_while_the_old_task_is_stopping()
    {
        var web = Running(1);
        var old = _swarm.Only(web);
        Update(web, new UpdatePolicy(), "10s");

        _swarm.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(RolloutState.Updating, _swarm.Rollout(web));

        _swarm.Report(old.Id, TaskState.Shutdown);
        _swarm.Advance(TimeSpan.FromSeconds(21));
        Assert.Equal(RolloutState.Paused, _swarm.Rollout(web));
    }

    [Fact]
    public void An_update_without_deadline_waits_for_ever()
    {
        var web = Running(1);
        _swarm.Behaviour = task => task.Image() == "v2" ? TaskState.Starting : TaskState.Running;
        Update(web, new UpdatePolicy(), "never");
        _swarm.Work();

        _swarm.Advance(TimeSpan.FromDays(2));

        Assert.Equal(RolloutState.Updating, _swarm.Rollout(web));
    }

    [Fact]
    public void An_update_that_goes_on_after_failures_leaves_a_stuck_slot_to_itself()
    {
        var web = Running(2);
        _swarm.Behaviour = task => task is { Slot: 1 } && task.Image() == "v2" ? TaskState.Starting : TaskState.Running;
        Update(web, new UpdatePolicy { FailureAction = FailureAction.Continue }, "1m");

        _swarm.Live(TimeSpan.FromSeconds(59));
        Assert.Single(New(web));
        _swarm.LiveUntil(() => _swarm.Rollout(web) == RolloutState.Completed);

        Assert.Equal(2, New(web).Count);
    }

    [Theory]
    [InlineData(UpdateOrder.StopFirst)]
    [InlineData(UpdateOrder.StartFirst)]
    public void R45_an_update_keeps_its_bounds_even_when_leaders_change(UpdateOrder order)
    {
        var web = Running(5);
        Update(web, new UpdatePolicy { Order = order, Parallelism = 2 });
        for (var turn = 0; _swarm.Rollout(web) != RolloutState.Completed; turn++)
        {
            _swarm.Work();
            _swarm.Advance(TimeSpan.FromMilliseconds(100));
            var running = _swarm.Tasks(web).Count(task => task.Status.State == TaskState.Running);
            Assert.True(order == UpdateOrder.StartFirst ? running >= 5 : running <= 5, $"{running} run");
            Assert.True(turn < 1_000, "the update does not end");
            if (turn % 3 == 2)
            {
                _swarm.StopLeader();
                _swarm.Start();
            }
        }

        Assert.Equal([1, 2, 3, 4, 5], New(web).Select(task => task.Slot));
    }

    private ServiceId Running(int replicas)
    {
        var web = _swarm.AddService(Specs.Replicated(replicas));
        _swarm.Work();
        _swarm.Advance(TimeSpan.FromSeconds(1));
        return web;
    }

    private void Update(ServiceId service, UpdatePolicy policy, string? deadline = null) =>
        _swarm.Update(service, spec => spec.WithImage("v2") with
        {
            Update = policy,
            Labels = deadline is null ? spec.Labels : spec.Labels.With(ServiceLabels.UpdateDeadline, deadline),
        });

    private IReadOnlyList<SwarmTask> New(ServiceId service) =>
        [.. _swarm.Tasks(service).Where(task => task.Image() == "v2")];
}
