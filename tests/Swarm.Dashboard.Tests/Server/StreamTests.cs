using System.Net;
using Swarm.Control;

namespace Swarm.Dashboard.Tests.Server;

public sealed class StreamTests
{
    [Fact]
    public async Task Changes_come_after_the_version_of_the_snapshot()
    {
        await using var dashboard = await DashboardUnderTest.StartAsync();
        var service = await dashboard.Swarm.AddServiceAsync("web", 1);
        var snapshot = await dashboard.GetJsonAsync("api/snapshot");
        await using var stream = await dashboard.OpenAsync($"api/stream?from={snapshot.GetProperty("v")}");

        var task = await dashboard.Swarm.AddTaskAsync(service, 1, null, TaskState.Pending);
        var (changes, id) = await stream.NextAsync("changes");

        Assert.Equal(task.Id.Value, changes.GetProperty("tasks")[0].GetProperty("id").GetString());
        Assert.Equal(dashboard.Swarm.Live.Current.Version.ToString(), id);
        Assert.False(changes.TryGetProperty("services", out _));
    }

    [Fact]
    public async Task A_browser_that_comes_back_gets_what_it_missed_and_nothing_twice()
    {
        await using var dashboard = await DashboardUnderTest.StartAsync();
        var service = await dashboard.Swarm.AddServiceAsync("web", 1);
        var seen = dashboard.Swarm.Live.Current.Version.ToString();
        var first = await dashboard.Swarm.AddTaskAsync(service, 1, null, TaskState.Pending);
        await dashboard.Swarm.ChangeAsync(first.Id, task => task with
        {
            Status = task.Status with { State = TaskState.Running },
        });
        await dashboard.Swarm.WriteAsync(transaction => transaction.Remove(transaction.Services.Find(service.Id.Value)!));

        // The header of the browser counts, not the address that it was opened with.
        await using var stream = await dashboard.OpenAsync("api/stream?from=0", lastEventId: seen);
        var (changes, _) = await stream.NextAsync("changes");

        var task = Assert.Single(changes.GetProperty("tasks").EnumerateArray());
        Assert.Equal("running", task.GetProperty("state").GetString());
        Assert.False(changes.TryGetProperty("services", out _));
        Assert.Equal(service.Id.Value, changes.GetProperty("gone").GetProperty("services")[0].GetString());
    }

    [Fact]
    public async Task A_history_that_is_gone_begins_anew()
    {
        await using var dashboard = await DashboardUnderTest.StartAsync(new FakeSwarm(historyLimit: 2));
        for (var i = 0; i < 5; i++)
        {
            await dashboard.Swarm.AddNodeAsync($"node-{i}");
        }

        await using var old = await dashboard.OpenAsync("api/stream?from=1");
        Assert.Equal(["reset"], await old.ReadToEndAsync());

        // A version that this store has not come to is one of another swarm.
        await using var foreign = await dashboard.OpenAsync("api/stream?from=1000000");
        Assert.Equal(["reset"], await foreign.ReadToEndAsync());
    }

    [Fact]
    public async Task A_change_of_the_leader_is_told_and_the_stream_goes_on()
    {
        await using var dashboard = await DashboardUnderTest.StartAsync();
        var one = await dashboard.Swarm.AddNodeAsync("node-1", NodeRole.Manager);
        var two = await dashboard.Swarm.AddNodeAsync("node-2", NodeRole.Manager);
        dashboard.Swarm.Lead(one, two);
        await using var stream = await dashboard.OpenAsync($"api/stream?from={dashboard.Swarm.Live.Current.Version}");
        Assert.Equal(one.Id.Value, (await stream.NextAsync("status")).Data.GetProperty("leader").GetString());

        dashboard.Swarm.Quorum = QuorumView.None;
        Assert.False((await stream.NextAsync("status")).Data.TryGetProperty("leader", out _));
        dashboard.Swarm.Lead(two, one);
        Assert.Equal(two.Id.Value, (await stream.NextAsync("status")).Data.GetProperty("leader").GetString());

        var node = await dashboard.Swarm.AddNodeAsync("node-3");
        var (changes, _) = await stream.NextAsync("changes");
        Assert.Equal(node.Id.Value, changes.GetProperty("nodes")[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_node_that_leaves_its_swarm_begins_anew()
    {
        await using var dashboard = await DashboardUnderTest.StartAsync();
        await dashboard.Swarm.AddNodeAsync("node-1");
        await using var stream = await dashboard.OpenAsync($"api/stream?from={dashboard.Swarm.Live.Current.Version}");
        await stream.NextAsync("status");

        dashboard.Swarm.State = WindowState.Inactive;

        Assert.Equal("reset", (await stream.ReadToEndAsync())[^1]);
    }

    [Fact]
    public async Task Many_changes_of_an_object_are_one_in_a_batch()
    {
        await using var dashboard = await DashboardUnderTest.StartAsync();
        var service = await dashboard.Swarm.AddServiceAsync("web", 1);
        var task = await dashboard.Swarm.AddTaskAsync(service, 1, null, TaskState.Pending);
        var from = dashboard.Swarm.Live.Current.Version;
        for (var i = 0; i < 100; i++)
        {
            await dashboard.Swarm.ChangeAsync(task.Id, old => old with
            {
                Status = old.Status with { Message = $"change {i}" },
            });
        }

        await using var stream = await dashboard.OpenAsync($"api/stream?from={from}");
        var (changes, _) = await stream.NextAsync("changes");

        var only = Assert.Single(changes.GetProperty("tasks").EnumerateArray());
        Assert.Equal("change 99", only.GetProperty("msg").GetString());
    }

    [Fact]
    public async Task What_happens_is_told_in_words()
    {
        await using var dashboard = await DashboardUnderTest.StartAsync();
        await using var stream = await dashboard.OpenAsync($"api/stream?from={dashboard.Swarm.Live.Current.Version}");
        await stream.NextAsync("status");

        var service = await dashboard.Swarm.AddServiceAsync("web", 1);
        var created = (await stream.NextAsync("events")).Data[0];
        await dashboard.Swarm.WriteAsync(transaction =>
        {
            var current = transaction.Services.Find(service.Id.Value)!;
            transaction.Update(current with { Spec = current.Spec with { Mode = new ReplicatedMode(4) } });
        });
        var scaled = (await stream.NextAsync("events")).Data[0];

        Assert.Equal("create", created.GetProperty("action").GetString());
        Assert.Equal("web", created.GetProperty("name").GetString());
        Assert.Equal("replicas 1 → 4", scaled.GetProperty("text").GetString());
    }

    [Fact]
    public async Task Output_of_a_task_comes_as_it_is_written()
    {
        await using var dashboard = await DashboardUnderTest.StartAsync();
        var task = await dashboard.Swarm.AddTaskAsync(await dashboard.Swarm.AddServiceAsync("web", 1), 1, null);
        dashboard.Swarm.Write(task, "one", "two");

        await using var stream = await dashboard.OpenAsync($"api/tasks/{task.Id}/logs");
        var (lines, _) = await stream.NextAsync("lines");

        Assert.Equal(["one", "two"], lines.EnumerateArray().Select(line => line.GetProperty("text").GetString()!));
    }

    [Fact]
    public async Task Streams_are_limited()
    {
        await using var dashboard = await DashboardUnderTest.StartAsync(configure: options => options.MaxStreams = 1);
        await using (var stream = await dashboard.OpenAsync("api/stream?from=0"))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, await dashboard.GetStatusAsync("api/stream?from=0"));
        }

        while (await dashboard.GetStatusAsync("api/stream?from=0") != HttpStatusCode.OK)
        {
            await Task.Yield();
        }
    }

    [Theory]
    [InlineData("api/stream")]
    [InlineData("api/stream?from=-1")]
    [InlineData("api/stream?from=99999999999999999999999")]
    public async Task A_stream_without_a_version_is_refused(string path)
    {
        await using var dashboard = await DashboardUnderTest.StartAsync();

        Assert.Equal(HttpStatusCode.BadRequest, await dashboard.GetStatusAsync(path));
    }

    [Fact]
    public async Task Streams_end_with_the_process()
    {
        await using var dashboard = await DashboardUnderTest.StartAsync();
        await using var stream = await dashboard.OpenAsync("api/stream?from=0");
        await stream.NextAsync("status");

        await dashboard.StopAsync();

        await stream.ReadToEndAsync();
    }
}
