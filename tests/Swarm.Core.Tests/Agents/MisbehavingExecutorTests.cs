using Swarm.Execution;

namespace Swarm.Core.Tests.Agents;

public class MisbehavingExecutorTests
{
    [Fact]
    public void A_controller_that_cannot_be_made_rejects_its_task_and_no_other()
    {
        var fixture = new AgentFixture().Start();
        fixture.Executor.RefuseToCreate = task =>
            task.Id.Value == "bad" ? new TaskRejectedException("No such image: bad") : null;

        fixture.Assign("bad");
        fixture.Assign("good");

        var status = fixture.Swarm.TaskOf("bad").Status;
        Assert.Equal(
            (TaskState.Rejected, "resolving controller failed", "No such image: bad"),
            (status.State, status.Message, status.Error));
        AssertHealthy(fixture, "good");
    }

    [Fact]
    public void A_step_that_hangs_delays_only_its_task_and_can_still_be_stopped()
    {
        var fixture = new AgentFixture().Start();
        fixture.Executor.Script = controller => controller.OnPrepare = _ => ScriptedController.HangAsync();
        var hanging = fixture.Assign("hanging");
        fixture.Executor.Script = _ => { };
        fixture.Assign("good");

        fixture.Swarm.Advance(600);
        Assert.Equal(TaskState.Preparing, fixture.Swarm.StateOf("hanging"));
        AssertHealthy(fixture, "good");

        fixture.Swarm.Desire("hanging", TaskState.Shutdown);
        fixture.Swarm.Advance(12);
        Assert.Equal(TaskState.Shutdown, fixture.Swarm.StateOf("hanging"));
        Assert.Equal(["prepare", "update", "shutdown"], hanging.Calls);
    }

    [Fact]
    public void A_stop_that_hangs_keeps_neither_the_agent_nor_the_removal()
    {
        var fixture = new AgentFixture().Start();
        var hanging = fixture.Assign("hanging");
        hanging.OnShutdown = _ => ScriptedController.HangAsync();
        fixture.Assign("good");

        fixture.Swarm.Desire("hanging", TaskState.Shutdown);
        fixture.Swarm.Advance(30);
        Assert.Equal(TaskState.Running, fixture.Swarm.StateOf("hanging"));
        AssertHealthy(fixture, "good");

        fixture.Swarm.Advance(30);
        Assert.Equal(TaskState.Shutdown, fixture.Swarm.StateOf("hanging"));
        Assert.Equal(["shutdown", "terminate"], hanging.Calls[^2..]);

        fixture.Swarm.RemoveTask("hanging");
        fixture.Swarm.Advance(120);
        Assert.Equal(["shutdown", "terminate", "remove", "dispose"], hanging.Calls[^4..]);
        Assert.Equal("good", Assert.Single(fixture.Agent.Tasks).Id.Value);
    }

    [Fact]
    public void A_removal_that_throws_or_hangs_is_given_up()
    {
        var fixture = new AgentFixture().Start();
        var throwing = fixture.Assign("throwing");
        throwing.OnRemove = _ => throw new InvalidOperationException("busy");
        var hanging = fixture.Assign("hanging");
        hanging.OnRemove = _ => ScriptedController.HangAsync();
        fixture.Assign("good");

        fixture.Swarm.RemoveTask("throwing");
        fixture.Swarm.RemoveTask("hanging");
        fixture.Swarm.Advance(200);

        Assert.Equal(["remove", "dispose"], throwing.Calls[^2..]);
        Assert.Equal(["remove", "dispose"], hanging.Calls[^2..]);
        AssertHealthy(fixture, "good");
    }

    [Fact]
    public void Updates_that_throw_or_hang_do_not_keep_a_task_from_being_stopped()
    {
        var fixture = new AgentFixture().Start();
        fixture.Assign("throwing").OnUpdate = _ => throw new InvalidOperationException("no");
        fixture.Assign("hanging").OnUpdate = _ => ScriptedController.HangAsync();

        fixture.Swarm.Desire("throwing", TaskState.Shutdown);
        fixture.Swarm.Desire("hanging", TaskState.Shutdown);
        fixture.Swarm.Advance(60);

        Assert.Equal(TaskState.Shutdown, fixture.Swarm.StateOf("throwing"));
        Assert.Equal(TaskState.Shutdown, fixture.Swarm.StateOf("hanging"));
    }

    [Fact]
    public void A_node_that_cannot_be_described_tries_again_and_keeps_its_last_description()
    {
        var fixture = new AgentFixture();
        fixture.Executor.Describe = _ => throw new InvalidOperationException("no engine");
        fixture.Start();
        Assert.Equal(NodeState.Unknown, fixture.Swarm.NodeOf("n1").Status.State);

        fixture.Executor.Describe = null;
        fixture.Swarm.Advance(20);
        Assert.Equal(NodeState.Ready, fixture.Swarm.NodeOf("n1").Status.State);

        var never = new TaskCompletionSource<NodeDescription>();
        fixture.Executor.Describe = _ => new ValueTask<NodeDescription>(never.Task);
        fixture.Swarm.Advance(600);
        Assert.Equal(NodeState.Ready, fixture.Swarm.NodeOf("n1").Status.State);
        Assert.Single(fixture.Connection.Sessions, session => session.Request.Description.Hostname == "host");
    }

    private static void AssertHealthy(AgentFixture fixture, string task)
    {
        Assert.Equal(TaskState.Running, fixture.Swarm.StateOf(task));
        Assert.Equal(NodeState.Ready, fixture.Swarm.NodeOf("n1").Status.State);
        Assert.Single(fixture.Connection.Sessions);
        Assert.False(fixture.Running.IsCompleted);
    }
}
