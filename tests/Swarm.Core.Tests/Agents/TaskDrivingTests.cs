using Swarm.Execution;

namespace Swarm.Core.Tests.Agents;

public class TaskDrivingTests
{
    [Fact]
    public void Scenario_077_a_task_goes_through_its_states_in_order()
    {
        var fixture = new AgentFixture().Start();
        fixture.Executor.Script = controller =>
        {
            var clock = fixture.Swarm.Simulation.Time;
            controller.OnPrepare = token => Task.Delay(TimeSpan.FromSeconds(5), clock, token);
            controller.OnStart = token => Task.Delay(TimeSpan.FromSeconds(5), clock, token);
            controller.OnWait = async token =>
            {
                await Task.Delay(TimeSpan.FromSeconds(5), clock, token);
                return new TaskExit(0);
            };
            controller.ContainerStatus = new ContainerStatus("c1", 42, 0);
            controller.Ports = [new PortPublication(80, 8080, Mode: PublishMode.Host)];
        };
        fixture.Swarm.AddTask("t1", "n1");

        fixture.Swarm.Advance(30);

        Assert.Equal(
            [
                (TaskState.Assigned, ""),
                (TaskState.Accepted, "accepted"),
                (TaskState.Preparing, "preparing"),
                (TaskState.Ready, "prepared"),
                (TaskState.Starting, "starting"),
                (TaskState.Running, "started"),
                (TaskState.Complete, "finished"),
            ],
            fixture.Tasks.Statuses.Select(status => (status.State, status.Message)));
        Assert.Equal(["prepare", "start", "wait"], fixture.Executor.Controllers["t1"].Calls);
        Assert.Equal(TaskState.Complete, fixture.Connection.Reports[^1].Status.State);
        var status = fixture.Swarm.TaskOf("t1").Status;
        Assert.Equal((TaskState.Complete, "finished"), (status.State, status.Message));
        Assert.Equal("c1", status.Container?.ContainerId);
        Assert.Equal(8080, Assert.Single(status.Ports).PublishedPort);
        Assert.Null(fixture.Tasks.Statuses[3].Container);
        Assert.NotNull(fixture.Tasks.Statuses[4].Container);
    }

    [Fact]
    public void Scenario_077_a_task_that_may_only_be_ready_waits_there_until_it_may_run()
    {
        var fixture = new AgentFixture().Start();
        var controller = fixture.Assign("t1", desired: TaskState.Ready);
        Assert.Equal(TaskState.Ready, fixture.Swarm.StateOf("t1"));
        Assert.Equal(["prepare"], controller.Calls);

        fixture.Swarm.Desire("t1", TaskState.Running);
        fixture.Swarm.Advance(1);

        Assert.Equal(TaskState.Running, fixture.Swarm.StateOf("t1"));
        Assert.Equal(["prepare", "update", "start", "wait"], controller.Calls);
        Assert.Equal(TaskState.Running, controller.Task.DesiredState);
    }

    [Fact]
    public void Scenario_078_an_error_while_preparing_rejects_the_task()
    {
        var fixture = new AgentFixture().Start();
        fixture.Executor.Script = controller =>
            controller.OnPrepare = _ => throw new TaskRejectedException("No such image: x");

        fixture.Assign("t1");

        var status = fixture.Swarm.TaskOf("t1").Status;
        Assert.Equal(TaskState.Rejected, status.State);
        Assert.Equal(("preparing", "No such image: x"), (status.Message, status.Error));
    }

    [Fact]
    public void Scenario_078_a_task_that_ends_badly_fails_with_its_exit_code()
    {
        var fixture = new AgentFixture().Start();
        fixture.Executor.Script = controller =>
        {
            controller.ContainerStatus = new ContainerStatus("c1", 42, 0);
            controller.OnWait = _ => Task.FromResult(new TaskExit(3));
        };

        fixture.Assign("t1");

        var status = fixture.Swarm.TaskOf("t1").Status;
        Assert.Equal((TaskState.Failed, "started"), (status.State, status.Message));
        Assert.Equal("task: non-zero exit (3)", status.Error);
        Assert.Equal(new ContainerStatus("c1", 0, 3), status.Container);
    }

    [Fact]
    public void Scenario_078_a_fault_that_may_pass_is_shown_and_tried_again_in_the_same_state()
    {
        var fixture = new AgentFixture().Start();
        var attempts = new List<DateTimeOffset>();
        fixture.Executor.Script = controller => controller.OnPrepare = _ =>
        {
            attempts.Add(fixture.Swarm.Simulation.Time.GetUtcNow());
            return attempts.Count < 4 ? throw new TransientExecutorException("registry is busy") : Task.CompletedTask;
        };

        fixture.Assign("t1");
        fixture.Swarm.Advance(0.5);
        var status = fixture.Swarm.TaskOf("t1").Status;
        Assert.Equal((TaskState.Preparing, "registry is busy"), (status.State, status.Error));

        fixture.Swarm.Advance(3);
        Assert.Equal((TaskState.Running, ""), (fixture.Swarm.StateOf("t1"), fixture.Swarm.TaskOf("t1").Status.Error));
        var waits = attempts.Zip(attempts[1..], (one, next) => next - one);
        Assert.All(waits, wait => Assert.Equal(TimeSpan.FromSeconds(1), wait));
    }

    [Theory]
    [InlineData(TaskState.Shutdown)]
    [InlineData(TaskState.Remove)]
    public void Scenario_079_a_live_task_is_stopped_and_an_ended_one_left_alone(TaskState desired)
    {
        var fixture = new AgentFixture().Start();
        var live = fixture.Assign("live");
        fixture.Executor.Script = controller => controller.OnWait = _ => Task.FromResult(new TaskExit(0));
        var ended = fixture.Assign("ended");

        fixture.Swarm.Desire("live", desired);
        fixture.Swarm.Desire("ended", desired);
        fixture.Swarm.Advance(1);

        var status = fixture.Swarm.TaskOf("live").Status;
        Assert.Equal((TaskState.Shutdown, "shutdown"), (status.State, status.Message));
        Assert.Equal(["prepare", "start", "wait", "update", "shutdown"], live.Calls);
        Assert.Equal(TaskState.Complete, fixture.Swarm.StateOf("ended"));
        Assert.DoesNotContain("shutdown", ended.Calls);
    }

    [Fact]
    public void A_stop_that_is_under_way_is_not_begun_again_when_the_task_is_to_be_removed()
    {
        var fixture = new AgentFixture().Start();
        var controller = fixture.Assign("t1");
        controller.OnShutdown = token => Task.Delay(TimeSpan.FromSeconds(10), fixture.Swarm.Simulation.Time, token);
        fixture.Swarm.Desire("t1", TaskState.Shutdown);
        fixture.Swarm.Advance(5);
        fixture.Swarm.Desire("t1", TaskState.Remove);
        fixture.Swarm.Advance(6);

        Assert.Equal(TaskState.Shutdown, fixture.Swarm.StateOf("t1"));
        Assert.Single(controller.Calls, "shutdown");
    }

    [Fact]
    public void A_failing_stop_fails_the_task()
    {
        var fixture = new AgentFixture().Start();
        var controller = fixture.Assign("t1");
        controller.OnShutdown = _ => throw new InvalidOperationException("stuck");

        fixture.Swarm.Desire("t1", TaskState.Shutdown);
        fixture.Swarm.Advance(1);

        var status = fixture.Swarm.TaskOf("t1").Status;
        Assert.Equal((TaskState.Failed, "stuck"), (status.State, status.Error));
    }

    [Fact]
    public void A_task_taken_back_is_stopped_removed_and_closed()
    {
        var fixture = new AgentFixture().Start();
        var controller = fixture.Assign("t1");

        fixture.Swarm.RemoveTask("t1");
        fixture.Swarm.Advance(1);

        Assert.Equal(["prepare", "start", "wait", "shutdown", "remove", "dispose"], controller.Calls);
        Assert.Empty(fixture.Agent.Tasks);
        Assert.Empty(fixture.Swarm.Simulation.Run(() => fixture.Tasks.LoadAsync(CancellationToken.None).AsTask()));
    }

    [Fact]
    public void A_task_that_comes_back_while_it_is_removed_waits_for_the_end_of_the_removal()
    {
        var fixture = new AgentFixture().Start();
        var first = fixture.Assign("t1");
        first.OnRemove = token => Task.Delay(TimeSpan.FromSeconds(20), fixture.Swarm.Simulation.Time, token);
        fixture.Swarm.RemoveTask("t1");
        fixture.Swarm.Advance(1);
        Assert.Equal("remove", first.Calls[^1]);

        Assert.Same(first, fixture.Assign("t1"));
        fixture.Swarm.Advance(20);

        var second = fixture.Executor.Controllers["t1"];
        Assert.NotSame(first, second);
        Assert.Equal(["prepare", "start", "wait"], second.Calls);
        Assert.Equal(TaskState.Running, fixture.Swarm.StateOf("t1"));
        Assert.Single(fixture.Swarm.Simulation.Run(() => fixture.Tasks.LoadAsync(CancellationToken.None).AsTask()));
    }

    [Fact]
    public void A_desired_state_that_goes_down_is_ignored()
    {
        var fixture = new AgentFixture().Start();
        var controller = fixture.Assign("t1");

        fixture.Swarm.Desire("t1", TaskState.Ready);
        fixture.Swarm.Advance(1);

        Assert.DoesNotContain("update", controller.Calls);
        Assert.Equal(TaskState.Running, fixture.Swarm.StateOf("t1"));
    }

    [Fact]
    public void Tasks_see_their_own_secrets_and_configs_only()
    {
        var fixture = new AgentFixture().Start();
        fixture.Swarm.Write(transaction =>
        {
            transaction.Create(new Secret { Id = new("s1"), Spec = new() { Name = "s1", Data = [1] } });
            transaction.Create(new Secret { Id = new("s2"), Spec = new() { Name = "s2", Data = [2] } });
            transaction.Create(new Config { Id = new("c1"), Spec = new() { Name = "c1", Data = [3] } });
        });
        var first = fixture.Assign("t1", new() { Secrets = [new(new("s1"), "s1", null)] }).Dependencies;
        var second = fixture.Assign("t2", new()
        {
            Secrets = [new(new("s2"), "s2", null)],
            Configs = [new(new("c1"), "c1", null)],
        }).Dependencies;

        Assert.Equal([1], first.FindSecret(new("s1"))!.Spec.Data);
        Assert.Null(first.FindSecret(new("s2")));
        Assert.Null(first.FindConfig(new("c1")));
        Assert.Equal([2], second.FindSecret(new("s2"))!.Spec.Data);
        Assert.Equal([3], second.FindConfig(new("c1"))!.Spec.Data);
        Assert.Equal(("n1", "host"), (second.NodeId.Value, second.Node.Hostname));
    }
}
