using System.Runtime.CompilerServices;
using System.Text;
using Swarm.Core.Tests.Dispatch;
using Swarm.Dispatch;
using Swarm.Execution;

namespace Swarm.Core.Tests.Agents;

public class AgentLogTests
{
    private static readonly LogSelector Service = new(Services: [new ServiceId("service")]);

    [Fact]
    public void Lines_of_a_service_come_with_their_task_and_node_and_the_stream_ends()
    {
        var fixture = StartWriting("one", "two");
        fixture.Assign("t1");
        fixture.Assign("t2");

        var reader = new LogReader(fixture.Swarm, Service, LogOptions.All);
        fixture.Swarm.Advance(1);

        Assert.Equal(["one", "one", "two", "two"], reader.Lines.Order(StringComparer.Ordinal));
        Assert.True(reader.Ended);
        Assert.Null(reader.Error);
    }

    [Fact]
    public void Following_reads_tasks_that_come_later_once_they_start()
    {
        var fixture = StartWriting("hello");
        var reader = new LogReader(fixture.Swarm, Service, new LogOptions { Follow = true });

        fixture.Assign("t1");
        fixture.Swarm.Advance(1);

        Assert.Equal(["hello"], reader.Lines);
        Assert.False(reader.Ended);
    }

    [Fact]
    public void Tasks_that_outlived_the_agent_can_be_read_and_those_that_never_started_are_not_waited_for()
    {
        var fixture = new AgentFixture().Start();
        fixture.Assign("running");
        fixture.Assign("ready", desired: TaskState.Ready);
        fixture.Restart(executor => executor.Script = controller => controller.OnReadLogs = (_, _) => Lines(["back"]));

        var reader = new LogReader(
            fixture.Swarm,
            new LogSelector(Tasks: [new TaskId("running"), new TaskId("ready")]),
            LogOptions.All);
        fixture.Swarm.Advance(1);

        Assert.Equal(["back"], reader.Lines);
        Assert.True(reader.Ended);
    }

    [Fact]
    public void A_manager_that_does_not_take_lines_for_a_while_gets_them_later()
    {
        var fixture = StartWriting("late");
        fixture.Assign("t1");
        fixture.Connection.Cut("publish");
        var reader = new LogReader(fixture.Swarm, Service, LogOptions.All);
        fixture.Swarm.Advance(5);
        Assert.False(reader.Ended);

        fixture.Connection.Fault = _ => null;
        fixture.Swarm.Advance(2);

        Assert.Equal(["late"], reader.Lines);
        Assert.True(reader.Ended);
    }

    [Fact]
    public void A_source_that_fails_ends_its_part_only()
    {
        var fixture = StartWriting("fine");
        fixture.Assign("good");
        fixture.Executor.Script = controller =>
            controller.OnReadLogs = (_, _) => throw new InvalidOperationException("lost");
        fixture.Assign("bad");

        var reader = new LogReader(fixture.Swarm, Service, LogOptions.All);
        fixture.Swarm.Advance(1);

        Assert.Equal(["fine"], reader.Lines);
        Assert.True(reader.Ended);
        Assert.Single(fixture.Connection.Sessions);
    }

    [Fact]
    public void A_client_that_goes_away_ends_the_reading_on_the_node()
    {
        var fixture = new AgentFixture().Start();
        var cancelled = false;
        fixture.Executor.Script = controller =>
            controller.OnReadLogs = (_, token) => Forever(() => cancelled = true, token);
        fixture.Assign("t1");
        var reader = new LogReader(fixture.Swarm, Service, new LogOptions { Follow = true });
        fixture.Swarm.Advance(1);
        Assert.False(cancelled);

        reader.Stop();
        fixture.Swarm.Advance(1);

        Assert.True(cancelled);
    }

    [Fact]
    public void A_slow_client_holds_up_the_reading_and_nothing_else()
    {
        var fixture = new AgentFixture().Start();
        var written = 0;
        fixture.Executor.Script = controller => controller.OnReadLogs = (_, token) => Endless(() => written++, token);
        fixture.Assign("t1");
        var reader = new LogReader(fixture.Swarm, Service, new LogOptions { Follow = true }, paused: true);
        fixture.Swarm.Advance(20);

        var atMost = written;
        fixture.Swarm.Advance(5);
        Assert.Equal(atMost, written);
        Assert.InRange(atMost, 1, 1_000_000);

        fixture.Assign("t2");
        Assert.Equal(TaskState.Running, fixture.Swarm.StateOf("t2"));
        reader.Stop();
    }

    private static AgentFixture StartWriting(params string[] lines)
    {
        var fixture = new AgentFixture().Start();
        fixture.Executor.Script = controller => controller.OnReadLogs = (_, _) => Lines(lines);
        return fixture;
    }

    private static async IAsyncEnumerable<LogLine> Lines(string[] lines)
    {
        foreach (var line in lines)
        {
            await Task.Yield();
            yield return new LogLine(LogStream.Stdout, default, Encoding.UTF8.GetBytes(line));
        }
    }

    private static async IAsyncEnumerable<LogLine> Endless(
        Action written,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Yield();
            written();
            yield return new LogLine(LogStream.Stdout, default, new byte[1_000]);
        }
    }

    private static async IAsyncEnumerable<LogLine> Forever(
        Action cancelled,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var end = new TaskCompletionSource();
        using var registration = cancellationToken.Register(() => end.TrySetResult());
        await end.Task;
        cancelled();
        yield break;
    }
}
