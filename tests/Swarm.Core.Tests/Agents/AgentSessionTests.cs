using Swarm.Agents;
using Swarm.Execution;

namespace Swarm.Core.Tests.Agents;

public class AgentSessionTests
{
    [Fact]
    public void An_agent_registers_beats_and_tells_its_executor_about_the_node()
    {
        var fixture = new AgentFixture().Start();
        Assert.True(fixture.Agent.Registered.IsCompleted);

        fixture.Swarm.Advance(600);

        Assert.Equal(NodeState.Ready, fixture.Swarm.NodeOf("n1").Status.State);
        Assert.Single(fixture.Connection.Sessions);
        Assert.Equal("n1", Assert.Single(fixture.Executor.Configured).Id.Value);

        fixture.Swarm.Write(transaction =>
        {
            var node = transaction.Nodes.Find("n1")!;
            transaction.Update(node with { Spec = node.Spec with { Availability = NodeAvailability.Pause } });
        });
        Assert.Equal(NodeAvailability.Pause, fixture.Executor.Configured[^1].Spec.Availability);
    }

    [Theory]
    [InlineData("heartbeat")]
    [InlineData("status")]
    [InlineData("listen")]
    public void A_session_that_breaks_while_the_agent_is_told_to_stop_does_not_fail_the_stop(string call)
    {
        var fixture = new AgentFixture();
        fixture.Connection.Fault = name =>
        {
            if (name != call)
            {
                return null;
            }

            fixture.AskToStop();
            return new SwarmException(SwarmErrorCode.Unavailable, "dispatcher is stopped");
        };
        fixture.Start();
        fixture.Assign("t1");

        fixture.Stop();
    }

    [Fact]
    public void Scenario_080_known_tasks_resume_from_their_stored_status_after_a_restart()
    {
        var fixture = new AgentFixture().Start();
        fixture.Assign("running");
        fixture.Assign("ready", desired: TaskState.Ready);
        fixture.Assign("gone");

        fixture.Stop();
        Assert.Equal(["prepare", "start", "wait"], fixture.Executor.Controllers["running"].Calls);
        fixture.Swarm.RemoveTask("gone");
        fixture.Swarm.Desire("ready", TaskState.Running);
        fixture.Connection.Reports.Clear();
        fixture.Restart();

        Assert.Equal(["wait"], fixture.Executor.Controllers["running"].Calls);
        Assert.Equal(["update", "start", "wait"], fixture.Executor.Controllers["ready"].Calls);
        Assert.Equal(["wait", "shutdown", "remove", "dispose"], fixture.Executor.Controllers["gone"].Calls);
        Assert.Equal(["ready", "running"], fixture.Agent.Tasks.Select(task => task.Id.Value));
        Assert.Contains(fixture.Connection.Reports, update => update.TaskId.Value == "running");
    }

    [Fact]
    public void Scenario_080_a_stored_task_that_does_not_run_yet_waits_for_its_secrets()
    {
        var fixture = new AgentFixture().Start();
        fixture.Swarm.Write(transaction => transaction.Create(
            new Secret { Id = new("s1"), Spec = new() { Name = "s1", Data = [1] } }));
        fixture.Executor.Script = controller => controller.OnPrepare = token =>
            Task.Delay(TimeSpan.FromDays(1), fixture.Swarm.Simulation.Time, token);
        fixture.Assign("t1", new() { Secrets = [new(new("s1"), "s1", null)] });
        fixture.Connection.Cut("assignments");
        fixture.Restart();
        Assert.Empty(fixture.Executor.Controllers);

        fixture.Connection.Fault = _ => null;
        fixture.Swarm.Advance(20);

        Assert.NotNull(fixture.Executor.Controllers["t1"].Dependencies.FindSecret(new("s1")));
        Assert.Equal(TaskState.Running, fixture.Swarm.StateOf("t1"));
    }

    [Fact]
    public void Scenario_081_the_session_comes_back_with_growing_waits()
    {
        var fixture = new AgentFixture();
        fixture.Connection.Clock = fixture.Swarm.Simulation.Time;
        fixture.Connection.Fault = _ => new SwarmException(SwarmErrorCode.Unavailable, "no leader");
        fixture.Start();
        fixture.Swarm.Advance(120);

        var times = fixture.Connection.Sessions.Select(session => session.At).ToArray();
        var waits = times.Zip(times[1..], (one, next) => next - one).ToArray();
        var bounds = new[] { 0.1, 0.3, 0.7, 1.5, 3.1, 6.3, 8, 8, 8, 8 };
        Assert.All(bounds.Zip(waits), pair => Assert.InRange(pair.Second.TotalSeconds, 0, pair.First));
        Assert.True(waits.Max() > TimeSpan.FromSeconds(3.1));

        fixture.Connection.Fault = _ => null;
        fixture.Swarm.Advance(9);
        Assert.Equal(NodeState.Ready, fixture.Swarm.NodeOf("n1").Status.State);
    }

    [Theory]
    [InlineData("heartbeat")]
    [InlineData("assignments")]
    [InlineData("status")]
    [InlineData("listen")]
    public void Scenario_081_a_failing_call_renews_the_session_and_leaves_tasks_alone(string call)
    {
        var fixture = new AgentFixture().Start();
        var controller = fixture.Assign("t1");
        fixture.Connection.Cut(call);
        fixture.Swarm.Advance(1);
        fixture.Swarm.Desire("t1", TaskState.Shutdown);
        fixture.ChangeLeader();
        fixture.Swarm.Advance(30);

        fixture.Connection.Fault = _ => null;
        fixture.Swarm.Advance(30);

        Assert.Equal(TaskState.Shutdown, fixture.Swarm.StateOf("t1"));
        Assert.Single(controller.Calls, "shutdown");
        Assert.Equal(NodeState.Ready, fixture.Swarm.NodeOf("n1").Status.State);
    }

    [Fact]
    public void Scenario_081_a_changed_description_makes_a_new_session()
    {
        var fixture = new AgentFixture().Start();
        fixture.Executor.Description = new NodeDescription { Hostname = "renamed" };

        fixture.Swarm.Advance(21);

        Assert.Equal("renamed", fixture.Swarm.NodeOf("n1").Description?.Hostname);
        Assert.Equal(
            ["host", "renamed"],
            fixture.Connection.Sessions.Select(session => session.Request.Description.Hostname));
        Assert.NotEqual("", fixture.Connection.Sessions[1].Request.SessionId);
    }

    [Fact]
    public void Statuses_are_reported_until_accepted_and_again_in_each_session()
    {
        var fixture = new AgentFixture().Start();
        fixture.Connection.Cut("status");
        fixture.Assign("t1");
        fixture.Swarm.Advance(60);
        Assert.Equal(TaskState.Assigned, fixture.Swarm.StateOf("t1"));

        fixture.Connection.Fault = _ => null;
        fixture.Swarm.Advance(10);
        Assert.Equal(TaskState.Running, fixture.Swarm.StateOf("t1"));

        fixture.Connection.Reports.Clear();
        fixture.ChangeLeader();
        fixture.Swarm.Advance(10);
        Assert.Contains(fixture.Connection.Reports, update => update.Status.State == TaskState.Running);
    }

    [Fact]
    public void A_gap_in_the_assignments_reopens_the_stream_and_not_the_session()
    {
        var fixture = new AgentFixture().Start();
        var lose = true;
        fixture.Connection.OnAssignments = message =>
        {
            var lost = !message.IsComplete && lose;
            lose &= !lost;
            return lost ? null : message;
        };
        fixture.Assign("t1");
        Assert.DoesNotContain("t1", fixture.Executor.Controllers.Keys);

        fixture.Assign("t2");

        Assert.Equal(TaskState.Running, fixture.Swarm.StateOf("t1"));
        Assert.Equal(TaskState.Running, fixture.Swarm.StateOf("t2"));
        Assert.Equal(2, fixture.Connection.AssignmentStreams);
        Assert.Single(fixture.Connection.Sessions);
    }

    [Fact]
    public void A_refused_status_does_not_hold_up_the_others()
    {
        var fixture = new AgentFixture().Start();
        fixture.Swarm.AddTask("foreign", "n2");
        var session = SessionOf(fixture);
        var reporter = new StatusReporter(
            fixture.Connection,
            new AgentOptions { NodeId = new NodeId("n1") },
            fixture.Swarm.Simulation.Time,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        fixture.Assign("t1");
        reporter.Report(new TaskId("foreign"), new SwarmTaskStatus { State = TaskState.Running });
        reporter.Report(new TaskId("t1"), new SwarmTaskStatus { State = TaskState.Failed });
        reporter.Report(new TaskId("t1"), new SwarmTaskStatus { State = TaskState.Running });
        _ = fixture.Swarm.Simulation.StartAsync(() => reporter.RunAsync(session, CancellationToken.None));
        fixture.Swarm.Advance(1);

        Assert.Equal(0, reporter.PendingCount);
        Assert.Equal(TaskState.Failed, fixture.Swarm.StateOf("t1"));
    }

    [Fact]
    public void Stopping_leaves_tasks_running_and_leaving_removes_them()
    {
        var fixture = new AgentFixture().Start();
        fixture.Assign("t1");
        fixture.Stop();
        Assert.Equal(["prepare", "start", "wait"], fixture.Executor.Controllers["t1"].Calls);

        fixture.Restart();
        fixture.Swarm.Simulation.Run(() => fixture.Agent.EndTasksAsync(remove: true, CancellationToken.None));
        fixture.Swarm.Advance(1);

        Assert.Equal(["wait", "shutdown", "wait", "remove", "dispose"], fixture.Executor.Controllers["t1"].Calls);
        Assert.True(fixture.Running.IsCompletedSuccessfully);
        Assert.Empty(fixture.Agent.Tasks);
        Assert.Equal(TaskState.Failed, fixture.Swarm.StateOf("t1"));
    }

    [Theory]
    [InlineData(143, "task: non-zero exit (143): it was stopped because its node stopped")]
    [InlineData(0, "it was stopped because its node stopped")]
    public void How_a_task_ended_with_its_node_is_told_by_the_next_life_of_the_node(int code, string error)
    {
        var fixture = new AgentFixture();
        fixture.Executor.Script = controller =>
        {
            var ended = new TaskCompletionSource<TaskExit>();
            controller.OnWait = token => ended.Task.WaitAsync(token);
            controller.OnShutdown = _ =>
            {
                ended.TrySetResult(new TaskExit(code));
                return Task.CompletedTask;
            };
        };
        fixture.Start();
        fixture.Assign("t1");
        fixture.Stop();
        fixture.Swarm.Simulation.Run(() => fixture.Agent.EndTasksAsync(remove: false, CancellationToken.None));
        Assert.Equal(["prepare", "start", "wait", "shutdown", "wait", "dispose"], fixture.Executor.Controllers["t1"].Calls);
        Assert.Equal(TaskState.Running, fixture.Swarm.StateOf("t1"));

        fixture.Restart();
        fixture.Swarm.Advance(1);

        Assert.Equal(TaskState.Failed, fixture.Swarm.StateOf("t1"));
        Assert.Equal(error, fixture.Swarm.TaskOf("t1").Status.Error);
        Assert.Equal(code, fixture.Swarm.TaskOf("t1").Status.Container?.ExitCode);
        Assert.Empty(fixture.Executor.Controllers["t1"].Calls);
    }

    [Fact]
    public void The_same_seed_gives_the_same_history()
    {
        Assert.Equal(History(), History());

        static List<string> History()
        {
            var fixture = new AgentFixture();
            fixture.Connection.Clock = fixture.Swarm.Simulation.Time;
            var dice = new Random(5);
            fixture.Connection.Fault = _ =>
                dice.Next(10) == 0 ? new SwarmException(SwarmErrorCode.Unavailable, "cut") : null;
            fixture.Start();
            for (var i = 0; i < 30; i++)
            {
                fixture.Assign($"t{i}");
                fixture.Swarm.Desire($"t{i / 2}", TaskState.Shutdown);
                fixture.Swarm.Advance(7);
            }

            return
            [
                .. fixture.Connection.Sessions.Select(session => $"{session.At:O}"),
                .. fixture.Connection.Reports.Select(update =>
                    $"{update.TaskId} {update.Status.State} {update.Status.Timestamp:O}"),
            ];
        }
    }

    private static string SessionOf(AgentFixture fixture)
    {
        fixture.Executor.Description = new NodeDescription { Hostname = "asked" };
        fixture.Swarm.Advance(21);
        return fixture.Connection.Sessions[^1].Request.SessionId;
    }
}
