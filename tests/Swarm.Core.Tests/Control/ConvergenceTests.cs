namespace Swarm.Core.Tests.Control;

public sealed class ConvergenceTests : IDisposable
{
    private readonly ControlFixture _fixture = new();
    private readonly List<ServiceProgress> _progress = [];
    private readonly CancellationTokenSource _stop = new();
    private Service _service = null!;
    private Task _wait = Task.CompletedTask;

    public void Dispose()
    {
        _stop.Cancel();
        _fixture.Simulation.Settle();
        _stop.Dispose();
        _fixture.Dispose();
    }

    [Fact]
    public void A_service_converges_when_its_tasks_have_run_for_the_monitor_period()
    {
        Start(new ReplicatedMode(2));
        var first = WriteTask(1);
        var second = WriteTask(2);
        Report(first, TaskState.Running);
        Advance(10);
        Assert.False(_wait.IsCompleted);

        Report(second, TaskState.Running);
        Advance(4.9);
        Assert.False(_wait.IsCompleted);
        Advance(0.2);

        Assert.True(_wait.IsCompletedSuccessfully);
        Assert.Equal(
            [new(0, 2, false, RolloutState.Unknown), new(1, 2, false, RolloutState.Unknown), new(2, 2, false, RolloutState.Unknown), new(2, 2, true, RolloutState.Unknown)],
            _progress);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20)]
    public void A_caller_may_have_a_period_of_its_own(int seconds)
    {
        _service = Create(new ReplicatedMode(1), new UpdatePolicy { Monitor = TimeSpan.FromMinutes(1) });
        Wait(stableFor: TimeSpan.FromSeconds(seconds));
        Advance(1);
        Assert.False(_wait.IsCompleted);

        Report(WriteTask(1), TaskState.Running);
        Advance(seconds == 0 ? 0 : seconds - 0.1);
        Assert.Equal(seconds == 0, _wait.IsCompleted);
        Advance(0.2);

        Assert.True(_wait.IsCompletedSuccessfully);
        Assert.True(_progress[^1].Converged);
    }

    [Fact]
    public void A_task_that_ends_within_the_period_starts_it_again()
    {
        Start(new ReplicatedMode(1));
        var first = WriteTask(1);
        Report(first, TaskState.Running);
        Advance(4);
        _fixture.Change(transaction =>
        {
            var failed = transaction.Tasks.Find(first.Id)!;
            transaction.Update(failed with { Status = new() { State = TaskState.Failed }, DesiredState = TaskState.Shutdown });
            transaction.Create(_fixture.NewTask(_service, TaskState.Running));
        });

        Advance(4);
        Assert.False(_wait.IsCompleted);
        Advance(1.1);
        Assert.True(_wait.IsCompletedSuccessfully);
    }

    [Fact]
    public void The_period_is_the_one_of_the_update_policy()
    {
        Start(new ReplicatedMode(0), new() { Monitor = TimeSpan.FromDays(100) });

        Advance(TimeSpan.FromDays(99.9).TotalSeconds);
        Assert.False(_wait.IsCompleted);
        Advance(TimeSpan.FromDays(0.2).TotalSeconds);
        Assert.True(_wait.IsCompletedSuccessfully);
    }

    [Fact]
    public void Tasks_of_an_older_spec_do_not_count_and_a_rollout_must_end()
    {
        Start(new ReplicatedMode(1));
        Report(WriteTask(1), TaskState.Running);
        Advance(1);
        Update(service => service with
        {
            Spec = service.Spec with { TaskTemplate = service.Spec.TaskTemplate with { ForceUpdate = 1 } },
            RolloutStatus = Rollout(RolloutState.Updating, "update in progress"),
        });
        Advance(60);
        Assert.Equal(new(0, 1, false, RolloutState.Updating), _progress[^1]);

        Report(WriteTask(2), TaskState.Running);
        Advance(60);
        Assert.False(_wait.IsCompleted);

        Update(service => service with { RolloutStatus = Rollout(RolloutState.Completed, "update completed") });
        Advance(5.1);
        Assert.True(_wait.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_global_service_should_run_on_the_nodes_that_have_its_tasks_and_are_not_down()
    {
        var up = _fixture.WriteNode(NodeRole.Worker);
        var down = _fixture.WriteNode(NodeRole.Worker, NodeState.Down);
        Start(new GlobalMode());
        var first = _fixture.Write(_fixture.NewTask(_service, slot: 0) with { NodeId = up.Id });
        _fixture.Write(_fixture.NewTask(_service, slot: 0) with { NodeId = down.Id });
        Advance(10);
        Assert.Equal(new(0, 1, false, RolloutState.Unknown), _progress[^1]);

        Report(first, TaskState.Running);
        Advance(5.1);
        Assert.True(_wait.IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData(RolloutState.Paused, "service update paused: why")]
    [InlineData(RolloutState.RollbackPaused, "service rollback paused: why")]
    [InlineData(RolloutState.RollbackStarted, "service rolled back: why")]
    [InlineData(RolloutState.RollbackCompleted, "service rolled back: why")]
    public void A_rollout_that_fails_ends_the_wait(RolloutState state, string text)
    {
        Start(new ReplicatedMode(1));

        Update(service => service with { RolloutStatus = Rollout(state, "why") });
        _fixture.Simulation.Settle();

        var failure = Assert.IsType<SwarmException>(_wait.Exception!.InnerException);
        Assert.Equal(text, failure.Message);
        Assert.Equal(SwarmErrorCode.FailedPrecondition, failure.Code);
    }

    [Fact]
    public void A_rollback_that_was_asked_for_is_waited_for()
    {
        _service = Create(new ReplicatedMode(0), null);
        var started = Rollout(RolloutState.RollbackStarted, "manually requested rollback");
        Update(service => service with { RolloutStatus = started });
        Wait();
        Advance(10);
        Assert.False(_wait.IsCompleted);

        Update(service => service with
        {
            RolloutStatus = started with { State = RolloutState.RollbackCompleted, Message = "rollback completed" },
        });
        Advance(5.1);
        Assert.True(_wait.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_rollback_that_was_asked_for_and_is_over_does_not_matter()
    {
        _service = Create(new ReplicatedMode(0), null);
        Update(service => service with
        {
            PreviousSpec = service.Spec,
            RolloutStatus = Rollout(RolloutState.RollbackCompleted, "rollback completed"),
        });
        Wait();
        Advance(5.1);

        Assert.True(_wait.IsCompletedSuccessfully);
    }

    [Fact]
    public void An_update_that_was_rolled_back_before_the_wait_began_has_failed_all_the_same()
    {
        _service = Create(new ReplicatedMode(0), null);
        Update(service => service with { RolloutStatus = Rollout(RolloutState.RollbackCompleted, "rollback completed") });
        Wait();

        Assert.Equal("service rolled back: rollback completed", _wait.Exception!.InnerException!.Message);
    }

    [Fact]
    public void What_the_caller_knows_to_be_over_is_not_held_against_what_follows()
    {
        _service = Create(new ReplicatedMode(0), null);
        Update(service => service with { RolloutStatus = Rollout(RolloutState.RollbackCompleted, "rollback completed") });
        Wait(_fixture.Store.Current.Services.Find(_service.Key)!);
        Advance(4);
        Assert.False(_wait.IsCompleted);
        Advance(1.1);
        Assert.True(_wait.IsCompletedSuccessfully);

        Wait(_service);
        Assert.Equal("service rolled back: rollback completed", _wait.Exception!.InnerException!.Message);
    }

    [Fact]
    public void A_service_that_is_removed_ends_the_wait()
    {
        Start(new ReplicatedMode(1));

        _fixture.Change(transaction => transaction.Remove(transaction.Services.Find(_service.Key)!));
        _fixture.Simulation.Settle();

        Assert.Equal($"service {_service.Id} not found", _wait.Exception!.InnerException!.Message);
    }

    private void Start(ServiceMode mode, UpdatePolicy? update = null)
    {
        _service = Create(mode, update);
        Wait();
    }

    private Service Create(ServiceMode mode, UpdatePolicy? update) => _fixture.Client.Services
        .CreateAsync(ControlFixture.Spec() with { Mode = mode, Update = update })
        .Result;

    private void Wait(Service? asked = null, TimeSpan? stableFor = null)
    {
        // Continuations belong to the simulation, not to the test runner's context.
        SynchronizationContext.SetSynchronizationContext(null);
        _wait = _fixture.Simulation.StartAsync(async () =>
        {
            var services = _fixture.Client.Services;
            await foreach (var progress in stableFor is { } period
                ? services.WaitUntilConvergedAsync(_service.Id, period, _stop.Token)
                : asked is null
                ? services.WaitUntilConvergedAsync(_service.Id, _stop.Token)
                : services.WaitUntilConvergedAsync(asked, _stop.Token))
            {
                _progress.Add(progress);
            }
        });
        _fixture.Simulation.Settle();
    }

    private RolloutStatus Rollout(RolloutState state, string message) =>
        new(state, _fixture.Simulation.Time.GetUtcNow(), null, message);

    private SwarmTask WriteTask(int slot) =>
        _fixture.Write(_fixture.NewTask(_fixture.Store.Current.Services.Find(_service.Key)!, slot: slot));

    private void Report(SwarmTask task, TaskState state)
    {
        _fixture.Change(transaction =>
            transaction.Update(transaction.Tasks.Find(task.Id)! with { Status = new() { State = state } }));
        _fixture.Simulation.Settle();
    }

    private void Update(Func<Service, Service> change) => _fixture.Change(transaction =>
        transaction.Update(change(transaction.Services.Find(_service.Key)!)));

    private void Advance(double seconds) => _fixture.Simulation.Advance(TimeSpan.FromSeconds(seconds));
}
