using System.Net;
using Swarm.Control;

namespace Swarm.Dashboard.Tests.Server;

public sealed class SnapshotTests
{
    [Fact]
    public async Task A_snapshot_holds_the_objects_of_one_version()
    {
        await using var dashboard = await DashboardUnderTest.StartAsync();
        var node = await dashboard.Swarm.AddNodeAsync("node-1", NodeRole.Manager);
        var service = await dashboard.Swarm.AddServiceAsync("web", 2);
        var task = await dashboard.Swarm.AddTaskAsync(service, 1, node);
        dashboard.Swarm.Lead(node);

        var snapshot = await dashboard.GetJsonAsync("api/snapshot");

        Assert.Equal(dashboard.Swarm.Live.Current.Version.Index, snapshot.GetProperty("v").GetUInt64());
        Assert.Equal("active", snapshot.GetProperty("status").GetProperty("state").GetString());
        Assert.Equal(node.Id.Value, snapshot.GetProperty("status").GetProperty("leader").GetString());
        Assert.Equal("node-1", snapshot.GetProperty("nodes")[0].GetProperty("name").GetString());
        Assert.Equal(8, snapshot.GetProperty("nodes")[0].GetProperty("cpu").GetDouble());
        Assert.Equal("web", snapshot.GetProperty("services")[0].GetProperty("name").GetString());
        var shown = snapshot.GetProperty("tasks")[0];
        Assert.Equal(task.Id.Value, shown.GetProperty("id").GetString());
        Assert.Equal("running", shown.GetProperty("state").GetString());
        Assert.False(shown.TryGetProperty("image", out _), "the image is that of the service and need not be repeated");
    }

    [Fact]
    public async Task What_is_secret_is_in_no_answer()
    {
        await using var dashboard = await DashboardUnderTest.StartAsync();
        var node = await dashboard.Swarm.AddNodeAsync("node-1");
        var service = await dashboard.Swarm.AddServiceAsync("web", 1);
        var task = await dashboard.Swarm.AddTaskAsync(service, 1, node);
        await dashboard.Swarm.WriteAsync(transaction => transaction.Create(new Secret
        {
            Id = new SecretId("secret-1"),
            Spec = new SecretSpec { Name = "key", Data = [.. "canary-of-the-secret"u8] },
        }));

        foreach (var path in new[] { "api/snapshot", $"api/tasks/{task.Id}", $"api/services/{service.Id}" })
        {
            var text = await dashboard.Http.GetStringAsync(new Uri(path, UriKind.Relative), dashboard.Patience);
            Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
            Assert.DoesNotContain("credential-of-registry", text, StringComparison.Ordinal);
            Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
        }

        var detail = await dashboard.GetJsonAsync($"api/tasks/{task.Id}");
        var variable = detail.GetProperty("workload").GetProperty("env")[0];
        Assert.Equal("PASSWORD", variable.GetProperty("name").GetString());
        Assert.False(variable.TryGetProperty("value", out _));
    }

    [Fact]
    public async Task Values_of_variables_are_shown_when_asked_for()
    {
        await using var dashboard = await DashboardUnderTest.StartAsync(configure: options => options.ShowEnvironment = true);
        var service = await dashboard.Swarm.AddServiceAsync("web", 1);

        var detail = await dashboard.GetJsonAsync($"api/services/{service.Id}");

        Assert.Equal("hunter2", detail.GetProperty("workload").GetProperty("env")[0].GetProperty("value").GetString());
    }

    [Fact]
    public async Task A_task_tells_why_it_waits_and_what_came_before_it()
    {
        await using var dashboard = await DashboardUnderTest.StartAsync();
        var node = await dashboard.Swarm.AddNodeAsync("node-1");
        var service = await dashboard.Swarm.AddServiceAsync("web", 1);
        var failed = await dashboard.Swarm.AddTaskAsync(service, 1, node, TaskState.Failed);
        await dashboard.Swarm.ChangeAsync(failed.Id, task => task with
        {
            DesiredState = TaskState.Shutdown,
            Status = task.Status with { Error = "task: non-zero exit (137)" },
        });
        var next = await dashboard.Swarm.AddTaskAsync(service, 1, null, TaskState.Pending);
        await dashboard.Swarm.ChangeAsync(next.Id, task => task with
        {
            Status = task.Status with { Error = "no suitable node (scheduling constraints not satisfied on 1 node)" },
        });

        var detail = await dashboard.GetJsonAsync($"api/tasks/{next.Id}");

        Assert.Equal("scheduler", detail.GetProperty("cause").GetString());
        Assert.StartsWith("no suitable node", detail.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            [next.Id.Value, failed.Id.Value],
            detail.GetProperty("history").EnumerateArray().Select(task => task.GetProperty("id").GetString()!));
        Assert.Equal(
            "task: non-zero exit (137)",
            detail.GetProperty("history")[1].GetProperty("err").GetString());
    }

    [Fact]
    public async Task More_tasks_than_a_page_takes_are_left_out_and_counted()
    {
        await using var dashboard = await DashboardUnderTest.StartAsync(configure: options => options.MaxTasks = 3);
        var service = await dashboard.Swarm.AddServiceAsync("web", 5);
        for (var slot = 1; slot <= 5; slot++)
        {
            await dashboard.Swarm.AddTaskAsync(service, slot, null, TaskState.Pending);
        }

        var snapshot = await dashboard.GetJsonAsync("api/snapshot");

        Assert.Equal(3, snapshot.GetProperty("tasks").GetArrayLength());
        Assert.Equal(5, snapshot.GetProperty("truncated").GetInt32());
    }

    [Theory]
    [InlineData("locked", WindowState.Locked)]
    [InlineData("worker", WindowState.Worker)]
    [InlineData("inactive", WindowState.Inactive)]
    public async Task A_node_without_a_store_says_what_it_is(string word, object state)
    {
        using var swarm = new FakeSwarm { State = (WindowState)state };
        await using var dashboard = await DashboardUnderTest.StartAsync(swarm);

        var snapshot = await dashboard.GetJsonAsync("api/snapshot");

        Assert.Equal(word, snapshot.GetProperty("status").GetProperty("state").GetString());
        Assert.Equal(0, snapshot.GetProperty("nodes").GetArrayLength());
    }

    [Fact]
    public async Task A_store_without_a_transaction_has_a_version_too()
    {
        await using var dashboard = await DashboardUnderTest.StartAsync();

        Assert.Equal(0UL, (await dashboard.GetJsonAsync("api/snapshot")).GetProperty("v").GetUInt64());
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        await using var dashboard = await DashboardUnderTest.StartAsync();

        Assert.Equal(HttpStatusCode.NotFound, await dashboard.GetStatusAsync("api/tasks/nothing"));
        Assert.Equal(HttpStatusCode.NotFound, await dashboard.GetStatusAsync("api/services/nothing"));
        Assert.Equal(HttpStatusCode.NotFound, await dashboard.GetStatusAsync("api/tasks/nothing/logs"));
        Assert.Equal(HttpStatusCode.NotFound, await dashboard.GetStatusAsync("etc/passwd"));
    }
}
