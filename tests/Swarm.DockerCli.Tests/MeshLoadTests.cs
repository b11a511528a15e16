using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Swarm.DockerCli.Tests;

/// <summary>
/// What clients of a published port notice of everything that happens to its service. A request that nobody takes, that
/// is answered by the wrong one, wrongly or late, has failed; so has one that was taken and not answered, but for those
/// that a killed task was about to answer.
/// </summary>
/// <remarks>
/// <c>SWARM_MESH_UPDATES</c> and <c>SWARM_MESH_RATE</c> make it longer and harder: 100 updates at 2,000 requests a second
/// take a quarter of an hour.
/// </remarks>
public sealed class MeshLoadTests(ITestOutputHelper output)
{
    private const int Port = 18_090;
    private const int Replicas = 5;

    private static readonly int Updates = Setting("SWARM_MESH_UPDATES", 2);
    private static readonly int Rate = Setting("SWARM_MESH_RATE", 600);

    [SkippableFact]
    public async Task Scenario_R53_No_request_fails_while_a_service_is_updated_scaled_drained_and_its_tasks_are_killed()
    {
        await using var nodes = await MeshNodes.FormAsync("worker");
        await CreateAsync(nodes);
        for (var node = 0; node < 3; node++)
        {
            await nodes.AnsweredAsync(node, Port, Replicas);
        }

        await using var load = new RequestLoad(nodes.AddressesOf(0, 1, 2), Port, Rate);
        await UpdateAsync(nodes, load);
        await ScaleAsync(nodes, load);
        await DrainAsync(nodes, load);
        await MakeUnhealthyAsync(nodes, load);
        await KillTasksAsync(nodes, load);
        await KillNodeAsync(nodes, load);

        Assert.True(load.Requests > 1_000, load.Summary);
    }

    private async Task UpdateAsync(MeshNodes nodes, RequestLoad load)
    {
        for (var update = 0; update < Updates; update++)
        {
            var before = await nodes.TasksAsync("web");
            await nodes.Docker.OkAsync("service", "update", "-d", "--force", "web");
            await nodes.UpdatedAsync("web");
            Assert.Empty((await nodes.TasksAsync("web")).Intersect(before));
            Assert.True(load.Failures.Count + load.Cuts.Count == 0, Told($"update {update + 1}", load));
        }

        AssertNoneFailed($"{Updates} updates", load);
    }

    private async Task ScaleAsync(MeshNodes nodes, RequestLoad load)
    {
        foreach (var replicas in new[] { 2, 8, Replicas })
        {
            await nodes.Docker.OkAsync("service", "scale", "-d", $"web={replicas}");
            await nodes.AnsweredAsync(1, Port, replicas);
        }

        AssertNoneFailed("scaled down and up", load);
    }

    private async Task DrainAsync(MeshNodes nodes, RequestLoad load)
    {
        await nodes.Docker.OkAsync("node", "update", "--availability", "drain", "n1");
        await Eventually.BecomesAsync(
            () => nodes.Docker.OkAsync("node", "ps", "n1", "--filter", "desired-state=running", "-q"),
            tasks => tasks.Length == 0,
            "no task is to run on n1");
        await nodes.AnsweredAsync(1, Port, Replicas);
        await nodes.Docker.OkAsync("node", "update", "--availability", "active", "n1");
        AssertNoneFailed("a node drained", load);
    }

    private async Task MakeUnhealthyAsync(MeshNodes nodes, RequestLoad load)
    {
        var tasks = await nodes.AnsweredAsync(0, Port, Replicas);
        TaskServer.MakeUnhealthy(tasks[0]);
        await ReplacedAsync(nodes, tasks[0]);
        AssertNoneFailed("a task turned unhealthy", load);
    }

    // What the task was about to answer is lost with it, and nothing else: at most one request of each client.
    private async Task KillTasksAsync(MeshNodes nodes, RequestLoad load)
    {
        const int kills = 3;
        for (var i = 0; i < kills; i++)
        {
            var task = (await nodes.AnsweredAsync(i, Port, Replicas))[i];
            using var process = Process.GetProcessById(task);
            process.Kill();
            await ReplacedAsync(nodes, task);
        }

        Assert.True(load.Failures.Count == 0, Told("tasks killed", load));
        Assert.True(load.Cuts.Count <= kills * RequestLoad.Clients, Told("tasks killed", load));
        output.WriteLine(Told($"{kills} tasks killed", load));
    }

    // Nobody can call a node that has died; whoever calls the others notices nothing, as its tasks go on.
    private async Task KillNodeAsync(MeshNodes nodes, RequestLoad load)
    {
        var cuts = load.Cuts.Count;
        await load.MoveToAsync(nodes.AddressesOf(0, 1));
        await nodes[2].KillAsync();
        if (Updates > 10)
        {
            await DownAsync(nodes);
        }

        await load.GoOnAsync(3 * Rate);
        await nodes[2].RestartAsync();
        await nodes.AnsweredAsync(2, Port, Replicas);
        await load.MoveToAsync(nodes.AddressesOf(0, 1, 2));
        await nodes.AnsweredAsync(2, Port, Replicas);
        Assert.True(load.Failures.Count == 0 && load.Cuts.Count == cuts, Told("a node killed", load));
        output.WriteLine(Told("a node killed and started again", load));
    }

    private static async Task DownAsync(MeshNodes nodes)
    {
        await Eventually.BecomesAsync(
            () => nodes.Docker.OkAsync("node", "ls", "--format", "{{.Hostname}} {{.Status}}"),
            list => list.Contains("n2 Down", StringComparison.Ordinal),
            "the node is down");
        await Eventually.BecomesAsync(
            () => nodes.Docker.OkAsync("service", "ls", "--format", "{{.Replicas}}"),
            replicas => replicas.Trim() == $"{Replicas}/{Replicas}",
            "its tasks have been replaced");
    }

    private static async Task ReplacedAsync(MeshNodes nodes, int task)
    {
        for (var node = 0; node < 3; node++)
        {
            await Eventually.BecomesAsync(
                async () => await nodes.AnsweredAsync(node, Port, Replicas),
                tasks => !tasks.Contains(task),
                $"task {task} is replaced");
        }
    }

    private void AssertNoneFailed(string what, RequestLoad load)
    {
        Assert.True(load.Failures.Count + load.Cuts.Count == 0, Told(what, load));
        output.WriteLine(Told(what, load));
    }

    private static string Told(string what, RequestLoad load) =>
        $"{what}: {load.Summary}\n{string.Join('\n', load.Failures.Concat(load.Cuts).Take(20))}";

    private static Task<string> CreateAsync(MeshNodes nodes) => nodes.Docker.OkAsync(
    [
        "service", "create", "-d", "--no-resolve-image", "--name", "web", "--replicas", $"{Replicas}",
        "-p", $"{Port}:80", "-e", "SLOT={{.Task.Slot}}",
        "--health-cmd", TaskServer.HealthCommand, "--health-interval", "250ms", "--health-retries", "1",
        "--update-order", "start-first", "--update-parallelism", "1", "--update-monitor", "1s",
        "--restart-delay", "100ms", "--label", "swarm.ingress.proxy-protocol=v1",
        "host", .. TaskServer.CommandLine,
    ]);

    private static int Setting(string name, int otherwise) =>
        int.Parse(Environment.GetEnvironmentVariable(name) ?? $"{otherwise}", CultureInfo.InvariantCulture);
}
