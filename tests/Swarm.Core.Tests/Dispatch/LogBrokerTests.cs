using Swarm.Dispatch;
using Swarm.Execution;

namespace Swarm.Core.Tests.Dispatch;

public class LogBrokerTests
{
    private const string Incomplete =
        "warning: incomplete log stream. some logs could not be retrieved for the following reasons: ";

    private static readonly LogSelector Service = new(Services: [new ServiceId("service")]);
    private static readonly LogOptions Follow = new() { Follow = true };

    [Fact]
    public void Scenario_110_without_follow_the_lines_of_the_others_come_and_then_the_node_that_is_missing_is_named()
    {
        var fixture = StartWithTasks();
        var n1 = fixture.Join("n1").Listen();

        var reader = new LogReader(fixture, Service, LogOptions.All);
        var subscription = Assert.Single(n1.Subscriptions);
        n1.Publish(subscription.Id, [Line("t1", "n1", "hello")]);
        n1.Publish(subscription.Id, [], close: true);

        Assert.Equal(["hello"], reader.Lines);
        Assert.True(reader.Ended);
        Assert.Equal(SwarmErrorCode.Unavailable, reader.Error?.Code);
        Assert.Equal(Incomplete + "node n2 is not available", reader.Error?.Message);
    }

    [Fact]
    public void Without_follow_the_tasks_are_those_of_the_moment_and_tasks_that_do_not_run_are_left_out()
    {
        var fixture = StartWithTasks();
        fixture.AddTask("starting", "n1", TaskState.Starting);
        var n1 = fixture.Join("n1").Listen();
        var n2 = fixture.Join("n2").Listen();

        var reader = new LogReader(fixture, Service, LogOptions.All);
        fixture.AddTask("later", "n1", TaskState.Running);

        Assert.Equal(["t1", "t2"], n1.Subscriptions[0].Selector.Tasks.Select(id => id.Value));
        Assert.True(n1.Subscriptions[0].Selector.Services.IsEmpty);
        n1.Publish(n1.Subscriptions[0].Id, [], close: true);
        Assert.False(reader.Ended);
        n2.Publish(n1.Subscriptions[0].Id, [], close: true);
        Assert.True(reader.Ended);
        Assert.Null(reader.Error);
        Assert.True(n1.Subscriptions[^1].Close);
    }

    [Fact]
    public void A_node_that_goes_away_in_the_middle_is_named()
    {
        var fixture = StartWithTasks();
        var n1 = fixture.Join("n1").Listen();
        var n2 = fixture.Join("n2").Listen();
        var reader = new LogReader(fixture, Service, LogOptions.All);
        n1.Publish(n1.Subscriptions[0].Id, [], close: true);

        n2.Disconnect();

        Assert.Equal(Incomplete + "node n2 disconnected unexpectedly", reader.Error?.Message);
    }

    [Fact]
    public void A_task_without_a_node_is_named()
    {
        var fixture = StartWithTasks();
        fixture.AddTask("t3", "", TaskState.Pending);

        var reader = new LogReader(fixture, new LogSelector(Tasks: [new TaskId("t3")]), LogOptions.All);

        Assert.Equal(Incomplete + "task t3 has not been scheduled", reader.Error?.Message);
    }

    [Fact]
    public void Following_asks_nodes_when_tasks_come_to_them_and_never_ends_by_itself()
    {
        var fixture = StartWithTasks();
        fixture.AddNode("n3");
        var n1 = fixture.Join("n1").Listen();
        var n3 = fixture.Join("n3").Listen();
        var reader = new LogReader(fixture, Service, Follow);
        Assert.Equal(Service, n1.Subscriptions[0].Selector);
        Assert.Empty(n3.Subscriptions);

        fixture.AddTask("t3", "n3", TaskState.Assigned);
        n3.Publish(Assert.Single(n3.Subscriptions).Id, [Line("t3", "n3", "new")]);

        Assert.Equal(["new"], reader.Lines);
        Assert.False(reader.Ended);

        reader.Stop();
        Assert.True(n1.Subscriptions[^1].Close);
        Assert.True(n3.Subscriptions[^1].Close);
        var error = Assert.Throws<SwarmException>(() => n1.Publish(n1.Subscriptions[0].Id, []));
        Assert.Equal((SwarmErrorCode.NotFound, "unknown subscription ID"), (error.Code, error.Message));
    }

    [Fact]
    public void A_node_that_comes_back_is_asked_for_what_came_since()
    {
        var fixture = StartWithTasks();
        var reader = new LogReader(fixture, Service, Follow);
        var n1 = fixture.Join("n1").Listen();
        var first = Assert.Single(n1.Subscriptions);
        Assert.Null(first.Options.Since);
        n1.Publish(first.Id, [Line("t1", "n1", "one")]);
        n1.Disconnect();

        n1 = fixture.Join("n1").Listen();
        Assert.Equal(LineTime.AddTicks(1), Assert.Single(n1.Subscriptions).Options.Since);
        Assert.False(reader.Ended);
    }

    [Fact]
    public void Lines_are_checked_against_the_node_and_the_subscription()
    {
        var fixture = StartWithTasks();
        var n1 = fixture.Join("n1").Listen();
        _ = new LogReader(fixture, Service, Follow);
        var id = n1.Subscriptions[0].Id;

        AssertRefused(SwarmErrorCode.InvalidArgument, "missing subscription ID", () => n1.Publish("", []));
        AssertRefused(SwarmErrorCode.NotFound, "unknown subscription ID", () => n1.Publish("x", []));
        AssertRefused(
            SwarmErrorCode.PermissionDenied,
            "invalid NodeID: expected=n1;received=n2",
            () => n1.Publish(id, [Line("t2", "n2", "forged")]));
    }

    [Fact]
    public void A_selector_is_needed()
    {
        var fixture = StartWithTasks();

        Assert.Equal("log selector must be provided", ErrorOf(null!));
        Assert.Equal("log selector must not be empty", ErrorOf(new LogSelector()));

        string? ErrorOf(LogSelector selector) => new LogReader(fixture, selector, Follow).Error?.Message;
    }

    [Fact]
    public void A_reader_that_does_not_take_its_lines_holds_up_the_node_and_then_gets_an_error()
    {
        var options = new DispatcherOptions { Logs = new LogBrokerOptions { MaxBufferedBundles = 2 } };
        var fixture = StartWithTasks(options);
        var n1 = fixture.Join("n1").Listen();
        var reader = new LogReader(fixture, Service, Follow, paused: true);
        var id = n1.Subscriptions[0].Id;

        for (var i = 0; i < 3; i++)
        {
            n1.Publish(id, [Line("t1", "n1", $"{i}")]);
        }

        var publish = fixture.Simulation.StartAsync(() => n1.Connection.PublishLogsAsync(
            id,
            [Line("t1", "n1", "too much")],
            close: false,
            CancellationToken.None).AsTask());
        fixture.Advance(29);
        Assert.False(publish.IsCompleted);
        fixture.Advance(2);
        Assert.True(publish.IsFaulted);

        reader.Paused = false;
        fixture.Advance(2);
        Assert.Equal(SwarmErrorCode.ResourceExhausted, reader.Error?.Code);
        Assert.Equal(["0", "1", "2"], reader.Lines);
    }

    [Fact]
    public void Log_streams_end_with_the_dispatcher()
    {
        var fixture = StartWithTasks();
        var reader = new LogReader(fixture, Service, Follow);

        fixture.Stop();

        Assert.Equal("dispatcher is stopped", reader.Error?.Message);
        Assert.Equal("dispatcher is stopped", new LogReader(fixture, Service, Follow).Error?.Message);
    }

    private static readonly DateTimeOffset LineTime = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static DispatcherFixture StartWithTasks(DispatcherOptions? options = null)
    {
        var fixture = new DispatcherFixture(options).Start();
        fixture.AddNode("n1");
        fixture.AddNode("n2");
        fixture.AddTask("t1", "n1", TaskState.Running);
        fixture.AddTask("t2", "n2", TaskState.Running);
        fixture.AddTask("foreign", "n1", TaskState.Running, service: "another");
        return fixture;
    }

    private static TaskLogLine Line(string task, string node, string text) => new(
        new ServiceId("service"),
        new TaskId(task),
        new NodeId(node),
        new LogLine(LogStream.Stdout, LineTime, System.Text.Encoding.UTF8.GetBytes(text)));

    private static void AssertRefused(SwarmErrorCode code, string message, Action call)
    {
        var error = Assert.Throws<SwarmException>(call);
        Assert.Equal((code, message), (error.Code, error.Message));
    }
}
