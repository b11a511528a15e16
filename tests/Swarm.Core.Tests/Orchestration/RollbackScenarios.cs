namespace Swarm.Core.Tests.Orchestration;

public sealed class RollbackScenarios : IDisposable
{
    private readonly OrchestrationFixture _swarm = new();

    public RollbackScenarios()
    {
        _swarm.AddNode("n1");
        _swarm.AddNode("n2");
        _swarm.Start();
    }

    public void Dispose() => _swarm.Dispose();

    [Fact]
    public void Scenario_023_too_many_failures_roll_the_service_back()
    {
        var web = Running(4);
        var attempts = 0;
        _swarm.Behaviour = task => task.Image() == "v2" && (task.Status.State != TaskState.New || ++attempts != 1)
            ? TaskState.Failed
            : TaskState.Running;

        Update(web, new UpdatePolicy
        {
            Delay = TimeSpan.FromSeconds(1),
            FailureAction = FailureAction.Rollback,
            MaxFailureRatio = 0.4f,
        });
        _swarm.LiveUntil(() => _swarm.Rollout(web) == RolloutState.RollbackStarted);

        Assert.Equal("v1", Image(_swarm.Service(web).Spec));
        Assert.Null(_swarm.Service(web).PreviousSpec);
        Assert.StartsWith(
            "update rolled back due to failure or early termination of task ",
            Status(web).Message,
            StringComparison.Ordinal);
        var untouched = Assert.Single(_swarm.Runnable(web), task => task.Image() == "v1" && task.Slot == 4);

        _swarm.LiveUntil(() => _swarm.Rollout(web) == RolloutState.RollbackCompleted);
        Assert.Equal("rollback completed", Status(web).Message);
        Assert.NotNull(Status(web).CompletedAt);
        Assert.Equal([1, 2, 3, 4], _swarm.Runnable(web).Select(task => task.Slot));
        Assert.All(_swarm.Runnable(web), task => Assert.Equal("v1", task.Image()));
        Assert.Contains(untouched.Id, _swarm.Runnable(web).Select(task => task.Id));
    }

    [Fact]
    public void Scenario_024_a_failing_rollback_pauses_and_continues_when_told_to()
    {
        var web = Running(4);
        _swarm.Behaviour = _ => TaskState.Failed;
        Update(web, new UpdatePolicy { FailureAction = FailureAction.Rollback });
        _swarm.LiveUntil(() => _swarm.Rollout(web) == RolloutState.RollbackPaused);
        Assert.StartsWith(
            "update paused due to failure or early termination of task ",
            Status(web).Message,
            StringComparison.Ordinal);

        _swarm.Live(TimeSpan.FromSeconds(20));
        Assert.Equal(RolloutState.RollbackPaused, Status(web).State);

        _swarm.Change(transaction =>
        {
            var service = transaction.Services.Find(web.Value)!;
            transaction.Update(service with
            {
                Spec = service.Spec with { Rollback = new UpdatePolicy { FailureAction = FailureAction.Continue } },
                RolloutStatus = service.RolloutStatus! with { State = RolloutState.RollbackStarted },
            });
        });
        _swarm.LiveUntil(() => _swarm.Rollout(web) == RolloutState.RollbackCompleted);
    }

    [Fact]
    public void A_rollback_that_should_be_rolled_back_stays_paused()
    {
        var web = Running(2);
        _swarm.Behaviour = _ => TaskState.Failed;
        _swarm.Update(web, spec => spec.WithImage("v2"));
        RollBack(web, new UpdatePolicy { FailureAction = FailureAction.Rollback });

        _swarm.Live(TimeSpan.FromSeconds(30));

        Assert.Equal(RolloutState.RollbackPaused, Status(web).State);
        Assert.StartsWith(
            "rollback paused due to failure or early termination of task ",
            Status(web).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_manual_rollback_uses_the_rollback_policy_and_can_be_rolled_back()
    {
        var web = Running(3);
        Update(web, new UpdatePolicy());
        _swarm.LiveUntil(() => _swarm.Rollout(web) == RolloutState.Completed);

        RollBack(web, new UpdatePolicy { Parallelism = 3 });
        Assert.Equal(3, _swarm.Runnable(web).Count(task => task.Image() == "v1"));

        _swarm.LiveUntil(() => _swarm.Rollout(web) == RolloutState.RollbackCompleted);
        Assert.All(_swarm.Runnable(web), task => Assert.Equal("v1", task.Image()));
        RollBack(web, new UpdatePolicy());
        _swarm.LiveUntil(() => _swarm.Rollout(web) == RolloutState.RollbackCompleted);
        Assert.All(_swarm.Runnable(web), task => Assert.Equal("v2", task.Image()));
    }

    [Fact]
    public void A_failure_without_a_previous_spec_leaves_the_update_where_it_is()
    {
        var web = Running(2);
        _swarm.Behaviour = task => task.Image() == "v2" ? TaskState.Failed : TaskState.Running;
        UpdateWithoutPrevious(web, new UpdatePolicy { FailureAction = FailureAction.Rollback });

        _swarm.Live(TimeSpan.FromSeconds(20));

        Assert.Equal(RolloutState.Updating, Status(web).State);
        Assert.Equal("v2", Image(_swarm.Service(web).Spec));
        Assert.Contains(_swarm.Runnable(web), task => task.Image() == "v1");
    }

    private static string Image(ServiceSpec spec) => ((ContainerSpec)spec.TaskTemplate.Workload!).Image;

    private ServiceId Running(int replicas)
    {
        var web = _swarm.AddService(Specs.Replicated(replicas));
        _swarm.Work();
        return web;
    }

    private void Update(ServiceId service, UpdatePolicy policy) =>
        _swarm.Update(service, spec => spec.WithImage("v2") with { Update = policy });

    private void UpdateWithoutPrevious(ServiceId service, UpdatePolicy policy) => _swarm.Change(transaction =>
    {
        var old = transaction.Services.Find(service.Value)!;
        transaction.Update(old with
        {
            Spec = old.Spec.WithImage("v2") with { Update = policy },
            SpecVersion = old.Version,
        });
    });

    private void RollBack(ServiceId service, UpdatePolicy policy) => _swarm.Change(transaction =>
    {
        var old = transaction.Services.Find(service.Value)!;
        transaction.Update(old with
        {
            Spec = old.PreviousSpec! with { Rollback = policy },
            SpecVersion = old.PreviousSpecVersion!.Value,
            PreviousSpec = old.Spec,
            PreviousSpecVersion = old.SpecVersion,
            RolloutStatus = new RolloutStatus(
                RolloutState.RollbackStarted,
                _swarm.Now,
                null,
                "manually requested rollback"),
        });
    });

    private RolloutStatus Status(ServiceId service) => _swarm.Service(service).RolloutStatus!;
}
