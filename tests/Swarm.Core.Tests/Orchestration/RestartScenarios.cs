namespace Swarm.Core.Tests.Orchestration;

public sealed class RestartScenarios : IDisposable
{
    private static readonly TimeSpan ShortDelay = TimeSpan.FromMilliseconds(100);

    private readonly OrchestrationFixture _swarm = new();

    public RestartScenarios()
    {
        _swarm.AddNode("n1");
        _swarm.Start();
    }

    public void Dispose() => _swarm.Dispose();

    [Theory]
    [InlineData(TaskState.Complete)]
    [InlineData(TaskState.Failed)]
    public void Scenario_010_condition_any_replaces_in_the_same_slot(TaskState end)
    {
        var web = Running(RestartCondition.Any);
        var old = _swarm.Only(web);

        _swarm.Report(old.Id, end);

        Assert.Equal(TaskState.Shutdown, _swarm.Task(old.Id).DesiredState);
        Assert.Equal(old.Slot, _swarm.Only(web).Slot);
    }

    [Fact]
    public void Scenario_011_condition_on_failure_leaves_completed_tasks_alone()
    {
        var web = Running(RestartCondition.OnFailure, 2);
        var (first, second) = (_swarm.Tasks(web)[0], _swarm.Tasks(web)[1]);

        _swarm.Report(first.Id, TaskState.Complete);
        Assert.Single(_swarm.Runnable(web));

        _swarm.Report(second.Id, TaskState.Failed);
        Assert.Equal(2, _swarm.Only(web).Slot);
    }

    [Theory]
    [InlineData(TaskState.Complete)]
    [InlineData(TaskState.Failed)]
    public void Scenario_012_condition_none_never_replaces_and_the_slot_stays_filled(TaskState end)
    {
        var web = Running(RestartCondition.None);
        _swarm.Report(_swarm.Only(web).Id, end);
        Assert.Empty(_swarm.Runnable(web));

        _swarm.Update(web, spec => spec with { Labels = spec.Labels.With("a", "b") });
        _swarm.Advance(TimeSpan.FromMinutes(1));

        Assert.Single(_swarm.Tasks(web));
    }

    [Fact]
    public void Scenario_013_a_replacement_is_prepared_but_does_not_run_before_its_delay()
    {
        var web = Running(RestartCondition.Any);
        _swarm.Report(_swarm.Only(web).Id, TaskState.Failed);
        Assert.Equal(TaskState.Ready, _swarm.Only(web).DesiredState);

        _swarm.Advance(ShortDelay - TimeSpan.FromMilliseconds(1));
        Assert.Equal(TaskState.Ready, _swarm.Only(web).DesiredState);

        _swarm.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(TaskState.Running, _swarm.Only(web).DesiredState);
    }

    [Fact]
    public void Scenario_014_attempts_are_limited_and_a_new_spec_counts_from_zero()
    {
        var web = Running(new RestartPolicy { Delay = ShortDelay, MaxAttempts = 2 });
        Fail(web);
        Fail(web);
        Fail(web);
        Assert.Empty(_swarm.Runnable(web));

        _swarm.Update(web, spec => spec.WithImage("v2"));
        _swarm.LiveUntil(() => _swarm.Runnable(web) is [{ Status.State: TaskState.Running }]);

        Fail(web);
        Fail(web);
        Fail(web);
        Assert.Empty(_swarm.Runnable(web));
        Assert.Equal(3, _swarm.Tasks(web).Count(task => task.Image() == "v2"));
    }

    [Fact]
    public void Scenario_015_a_window_only_counts_recent_attempts()
    {
        var policy = new RestartPolicy
        {
            Delay = ShortDelay,
            MaxAttempts = 1,
            Window = TimeSpan.FromMilliseconds(500),
        };
        var web = Running(policy);
        Fail(web);
        _swarm.Advance(TimeSpan.FromSeconds(1));
        Fail(web);
        Assert.Single(_swarm.Runnable(web));

        Fail(web);
        Assert.Empty(_swarm.Runnable(web));
    }

    [Fact]
    public void Scenario_016_a_replacement_that_fails_during_its_delay_waits_for_the_end_of_it()
    {
        var web = Running(RestartCondition.Any);
        _swarm.Report(_swarm.Only(web).Id, TaskState.Failed);
        var second = _swarm.Only(web);

        _swarm.Report(second.Id, TaskState.Rejected);
        Assert.Equal(2, _swarm.Tasks(web).Count);
        Assert.Equal(TaskState.Ready, _swarm.Task(second.Id).DesiredState);

        _swarm.Advance(ShortDelay);
        Assert.Equal(TaskState.Shutdown, _swarm.Task(second.Id).DesiredState);
        Assert.Equal(3, _swarm.Tasks(web).Count);
        Assert.Equal(TaskState.Ready, _swarm.Only(web).DesiredState);
    }

    [Fact]
    public void Scenario_017_a_new_leader_counts_earlier_restarts_of_the_newest_spec()
    {
        var web = Running(new RestartPolicy { Delay = ShortDelay, MaxAttempts = 2 });
        Fail(web);
        Fail(web);
        _swarm.StopLeader();
        _swarm.Start();

        Fail(web);

        Assert.Empty(_swarm.Runnable(web));
        Assert.Equal(3, _swarm.Tasks(web).Count);
    }

    [Fact]
    public void A_predecessor_that_does_not_stop_is_waited_for_one_minute()
    {
        var web = Running(RestartCondition.Any);
        var old = _swarm.Only(web);
        _swarm.SetAvailability("n1", NodeAvailability.Drain);
        var replacement = _swarm.Only(web);

        _swarm.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(TaskState.Ready, _swarm.Task(replacement.Id).DesiredState);

        _swarm.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TaskState.Running, _swarm.Task(replacement.Id).DesiredState);
        Assert.Equal(TaskState.Running, _swarm.Task(old.Id).Status.State);
    }

    [Fact]
    public void Draining_replaces_without_a_delay_once_the_old_task_has_stopped()
    {
        var web = Running(RestartCondition.Any);
        var old = _swarm.Only(web);
        _swarm.SetAvailability("n1", NodeAvailability.Drain);
        Assert.Equal(TaskState.Ready, _swarm.Only(web).DesiredState);

        _swarm.Report(old.Id, TaskState.Shutdown);

        Assert.Equal(TaskState.Running, _swarm.Only(web).DesiredState);
    }

    [Fact]
    public void A_predecessor_whose_node_goes_down_is_no_longer_waited_for()
    {
        var web = Running(RestartCondition.Any);
        _swarm.SetAvailability("n1", NodeAvailability.Drain);
        _swarm.Advance(ShortDelay);
        Assert.Equal(TaskState.Ready, _swarm.Only(web).DesiredState);

        _swarm.SetState("n1", NodeState.Down);

        Assert.Equal(TaskState.Running, _swarm.Only(web).DesiredState);
    }

    [Fact]
    public void A_deleted_replacement_is_replaced_at_once_and_its_delay_forgotten()
    {
        var web = Running(RestartCondition.Any);
        _swarm.Report(_swarm.Only(web).Id, TaskState.Failed);
        var replacement = _swarm.Only(web);

        _swarm.RemoveTask(replacement.Id);

        Assert.Equal(TaskState.Running, _swarm.Only(web).DesiredState);
        Assert.Equal(replacement.Slot, _swarm.Only(web).Slot);
    }

    [Fact]
    public void A_service_that_crashes_in_a_loop_restarts_once_per_delay()
    {
        var web = _swarm.AddService(Specs.Replicated(1));
        _swarm.Behaviour = _ => TaskState.Failed;

        _swarm.Live(TimeSpan.FromSeconds(26));

        Assert.Equal(7, _swarm.Tasks(web).Count);
    }

    private ServiceId Running(RestartCondition condition, int replicas = 1) =>
        Running(new RestartPolicy { Condition = condition, Delay = ShortDelay }, replicas);

    private ServiceId Running(RestartPolicy policy, int replicas = 1)
    {
        var web = _swarm.AddService(Specs.Replicated(replicas).WithRestart(policy));
        _swarm.Work();
        return web;
    }

    private void Fail(ServiceId service)
    {
        _swarm.Report(_swarm.Only(service).Id, TaskState.Failed);
        _swarm.Advance(ShortDelay);
        _swarm.Work();
    }
}
