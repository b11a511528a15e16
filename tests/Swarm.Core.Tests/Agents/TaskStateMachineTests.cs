using Swarm.Agents;
using Swarm.Execution;

namespace Swarm.Core.Tests.Agents;

public class TaskStateMachineTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(TaskState.Shutdown, TaskState.Complete, TaskStep.None)]
    [InlineData(TaskState.Remove, TaskState.Failed, TaskStep.None)]
    [InlineData(TaskState.Shutdown, TaskState.Assigned, TaskStep.Shutdown)]
    [InlineData(TaskState.Shutdown, TaskState.Running, TaskStep.Shutdown)]
    [InlineData(TaskState.Remove, TaskState.Preparing, TaskStep.Shutdown)]
    [InlineData(TaskState.Ready, TaskState.Starting, TaskStep.None)]
    [InlineData(TaskState.Ready, TaskState.Running, TaskStep.None)]
    [InlineData(TaskState.Running, TaskState.Failed, TaskStep.None)]
    [InlineData(TaskState.Running, TaskState.Preparing, TaskStep.Prepare)]
    [InlineData(TaskState.Ready, TaskState.Preparing, TaskStep.Prepare)]
    [InlineData(TaskState.Running, TaskState.Starting, TaskStep.Start)]
    [InlineData(TaskState.Running, TaskState.Running, TaskStep.Wait)]
    [InlineData(TaskState.Complete, TaskState.Running, TaskStep.Wait)]
    [InlineData(TaskState.Ready, TaskState.Ready, TaskStep.None)]
    [InlineData(TaskState.Complete, TaskState.Complete, TaskStep.None)]
    [InlineData(TaskState.Running, TaskState.New, TaskStep.Accept)]
    [InlineData(TaskState.Running, TaskState.Pending, TaskStep.Accept)]
    [InlineData(TaskState.Ready, TaskState.Assigned, TaskStep.Accept)]
    [InlineData(TaskState.Running, TaskState.Accepted, TaskStep.BeginPreparing)]
    [InlineData(TaskState.Running, TaskState.Ready, TaskStep.BeginStarting)]
    [InlineData(TaskState.Complete, TaskState.Ready, TaskStep.BeginStarting)]
    public void The_first_rule_that_matches_gives_the_step(TaskState desired, TaskState observed, object step) =>
        Assert.Equal((TaskStep)step, TaskStateMachine.Next(desired, observed));

    [Fact]
    public void Every_pair_of_states_ends_somewhere()
    {
        foreach (var desired in Enum.GetValues<TaskState>())
        {
            foreach (var observed in Enum.GetValues<TaskState>())
            {
                var status = new SwarmTaskStatus { State = observed };
                var steps = 0;
                while (TaskStateMachine.Next(desired, status.State) is var step and not TaskStep.None)
                {
                    var next = TaskStateMachine.AfterSuccess(status, step, Now);
                    Assert.True(next.State > status.State);
                    status = next;
                    Assert.InRange(++steps, 1, 10);
                }
            }
        }
    }

    [Fact]
    public void Success_tells_what_happened_and_clears_the_error()
    {
        var status = new SwarmTaskStatus { State = TaskState.Starting, Error = "was busy", Message = "starting" };

        Assert.Equal(
            new SwarmTaskStatus { State = TaskState.Running, Message = "started", Timestamp = Now },
            TaskStateMachine.AfterSuccess(status, TaskStep.Start, Now));
    }

    [Theory]
    [InlineData(TaskState.Accepted, TaskState.Rejected)]
    [InlineData(TaskState.Preparing, TaskState.Rejected)]
    [InlineData(TaskState.Ready, TaskState.Rejected)]
    [InlineData(TaskState.Starting, TaskState.Failed)]
    [InlineData(TaskState.Running, TaskState.Failed)]
    public void An_error_rejects_before_the_start_and_fails_from_then_on(TaskState before, TaskState after)
    {
        var status = new SwarmTaskStatus { State = before, Message = "last" };

        var failed = TaskStateMachine.AfterFailure(status, new InvalidOperationException("no"), Now);

        Assert.Equal((after, "last", "no"), (failed.State, failed.Message, failed.Error));
    }

    [Fact]
    public void A_cancelled_step_changes_nothing_and_a_fault_that_may_pass_is_told()
    {
        var status = new SwarmTaskStatus { State = TaskState.Preparing };

        Assert.Same(status, TaskStateMachine.AfterFailure(status, new OperationCanceledException(), Now));
        var busy = TaskStateMachine.AfterFailure(status, new TransientExecutorException("busy"), Now);
        Assert.Equal((TaskState.Preparing, "busy"), (busy.State, busy.Error));
        Assert.Same(busy, TaskStateMachine.AfterFailure(busy, new TransientExecutorException("busy"), Now));
    }

    [Fact]
    public void The_exit_code_of_a_failure_is_kept()
    {
        var status = new SwarmTaskStatus { State = TaskState.Running, Container = new ContainerStatus("id", 7, 0) };

        var failed = TaskStateMachine.AfterFailure(status, new TaskFailedException(new TaskExit(137)), Now);

        Assert.Equal(new ContainerStatus("id", 0, 137), failed.Container);
        Assert.Equal("task: non-zero exit (137)", failed.Error);
    }

    [Theory]
    [InlineData(TaskState.Assigned, TaskState.Rejected)]
    [InlineData(TaskState.Starting, TaskState.Failed)]
    [InlineData(TaskState.Running, TaskState.Failed)]
    [InlineData(TaskState.Complete, TaskState.Complete)]
    public void A_task_without_a_controller_is_rejected_or_failed(TaskState before, TaskState after)
    {
        var status = new SwarmTaskStatus { State = before, Message = "last" };

        var failed = TaskStateMachine.AfterFailedResolution(status, new TaskRejectedException("No such image: x"), Now);

        Assert.Equal(after, failed.State);
        Assert.Equal(after == before ? "last" : "resolving controller failed", failed.Message);
    }
}
