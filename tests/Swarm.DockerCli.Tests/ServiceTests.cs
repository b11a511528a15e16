using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Swarm.DockerCli.Tests;

public sealed class ServiceTests(SwarmFixture swarm) : IClassFixture<SwarmFixture>, IAsyncLifetime
{
    private DockerCli Docker => swarm.Docker;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => DockerCli.Missing is null ? swarm.RemoveServicesAsync() : Task.CompletedTask;

    [SkippableFact]
    public async Task Create_waits_until_the_service_is_stable_and_lists_show_it()
    {
        var output = await CreateAsync("web", detach: false, "--replicas", "3");

        Assert.Matches(@"overall progress: 3 out of 3 tasks", output);
        Assert.Matches(@"verify: Service \w* ?converged|verify: Service converged", output);
        Assert.Matches(@"web +replicated +3/3 +host:latest", await Docker.OkAsync("service", "ls"));
        var tasks = await Docker.OkAsync("service", "ps", "web");
        Assert.Equal(3, Regex.Count(tasks, @"web\.[123] +host:latest +node-1 +Running +Running "));
        Assert.Matches(@"Replicas:\s+3", await Docker.OkAsync("service", "inspect", "--pretty", "web"));
        Assert.Contains("Leader", await Docker.OkAsync("node", "ls"));
    }

    [SkippableFact]
    public async Task A_killed_process_leaves_a_history_line_and_a_replacement_after_the_restart_delay()
    {
        await CreateAsync("kill", detach: true, "--restart-delay", "1s");
        await RunningAsync("kill", 1);
        var pid = await Docker.OkAsync("inspect", "-f", "{{.State.Pid}}", await ContainerAsync("kill"));

        using (var process = Process.GetProcessById(int.Parse(pid)))
        {
            process.Kill();
        }

        var history = await Eventually.BecomesAsync(
            () => Docker.OkAsync("service", "ps", "--no-trunc", "kill"),
            text => text.Contains("task: non-zero exit (137)") && Regex.IsMatch(text, @"Running +Running "),
            "a failed task and a running one");
        Assert.Matches(@" \\_ kill\.1 .*Shutdown +Failed .*""task: non-zero exit \(137\)""", history);
    }

    [SkippableFact]
    public async Task Updates_replace_tasks_and_scaling_does_not()
    {
        await CreateAsync("up", detach: true, "--replicas", "2", "-e", "A=1");
        var first = await RunningAsync("up", 2);

        await Docker.OkAsync("service", "scale", "-d", "up=3");
        var scaled = await RunningAsync("up", 3);
        Assert.Superset(first, scaled);

        await Docker.OkAsync("service", "update", "-d", "--env-add", "B=2", "up");
        await UpdatedAsync("up");
        Assert.Empty((await RunningAsync("up", 3)).Intersect(scaled));

        var before = await RunningAsync("up", 3);
        await Docker.OkAsync("service", "update", "-d", "--no-resolve-image", "--image", "host:2", "--replicas", "2", "up");
        await UpdatedAsync("up");
        Assert.Empty((await RunningAsync("up", 2)).Intersect(before));

        before = await RunningAsync("up", 2);
        await Docker.OkAsync("service", "update", "-d", "--force", "up");
        await UpdatedAsync("up");
        Assert.Empty((await RunningAsync("up", 2)).Intersect(before));
    }

    [SkippableFact]
    public async Task A_constraint_that_no_node_meets_says_so_until_a_label_meets_it()
    {
        await CreateAsync("pin", detach: true, "--constraint", "node.labels.zone==a");
        await Eventually.BecomesAsync(
            () => Docker.OkAsync("service", "ps", "--no-trunc", "pin"),
            text => text.Contains("no suitable node (scheduling constraints not satisfied on 1 node)"),
            "the reason");

        await Docker.OkAsync("node", "update", "--label-add", "zone=a", "node-1");
        await RunningAsync("pin", 1);
        await Docker.OkAsync("node", "update", "--label-rm", "zone", "node-1");
    }

    [SkippableFact]
    public async Task Drain_stops_tasks_and_active_starts_them_again()
    {
        await CreateAsync("drain", detach: true);
        await RunningAsync("drain", 1);

        await Docker.OkAsync("node", "update", "--availability", "drain", "node-1");
        await Eventually.BecomesAsync(
            () => Docker.OkAsync("service", "ps", "--no-trunc", "drain"),
            text => text.Contains("(1 node not available for new tasks)") && Regex.IsMatch(text, @"Shutdown +Shutdown "),
            "a stopped task and one without a node");
        Assert.Contains("Drain", await Docker.OkAsync("node", "ls"));

        await Docker.OkAsync("node", "update", "--availability", "active", "node-1");
        await RunningAsync("drain", 1);
    }

    [SkippableFact]
    public async Task Logs_keep_streams_apart_and_follow()
    {
        await CreateAsync(
            "log",
            detach: true,
            command: ["sh", "-c", "i=0; while :; do i=$((i+1)); echo out $i; echo err $i >&2; sleep 0.2; done"]);
        await RunningAsync("log", 1);

        using var follow = Docker.Start("service", "logs", "-f", "log");
        var lines = new List<string>();
        while (lines.Count < 5)
        {
            lines.Add((await follow.StandardOutput.ReadLineAsync())!);
        }

        follow.Kill(entireProcessTree: true);
        Assert.All(lines, line => Assert.Matches(@"^log\.1\.[0-9a-z]{12}@node-1    \| out \d+$", line));
    }

    [SkippableFact]
    public async Task Templates_reach_the_environment()
    {
        await CreateAsync(
            "tpl",
            detach: true,
            ["-e", "WHO={{.Service.Name}}-{{.Task.Slot}}-{{.Node.Hostname}}"],
            ["sh", "-c", "echo who=$WHO; sleep 1000"]);

        await Eventually.BecomesAsync(
            () => Docker.OkAsync("service", "logs", "--raw", "tpl"),
            text => text.Contains("who=tpl-1-node-1"),
            "the expanded template in the log");
    }

    [SkippableFact]
    public async Task A_health_check_gates_running_and_ends_an_unhealthy_task()
    {
        await CreateAsync(
            "sick",
            detach: true,
            ["--health-cmd", "exit 1", "--health-interval", "200ms", "--health-retries", "2", "--restart-condition", "none"]);

        var history = await Eventually.BecomesAsync(
            () => Docker.OkAsync("service", "ps", "--no-trunc", "sick"),
            text => text.Contains("Failed"),
            "the task fails");
        Assert.Contains("dockerexec: unhealthy container", history);
    }

    [SkippableFact]
    public async Task An_unknown_image_is_rejected_in_docker_s_words()
    {
        await Docker.OkAsync("service", "create", "-d", "--no-resolve-image", "--name", "gone", "no-such:9", "true");

        await Eventually.BecomesAsync(
            () => Docker.OkAsync("service", "ps", "--no-trunc", "gone"),
            text => text.Contains("Rejected") && text.Contains("No such image: no-such:9"),
            "the rejection");
    }

    [SkippableFact]
    public async Task Removal_stops_the_processes()
    {
        await CreateAsync("bye", detach: true, "--replicas", "2");
        await RunningAsync("bye", 2);

        Assert.Equal("bye\n", await Docker.OkAsync("service", "rm", "bye"));

        await Eventually.BecomesAsync(
            () => Docker.OkAsync("ps", "-q", "--filter", "label=com.docker.swarm.service.name=bye"),
            text => text.Length == 0,
            "no container is left");
        await Docker.FailsAsync("bye", "service", "ps", "bye");
    }

    private Task<string> CreateAsync(string name, bool detach, params string[] flags) =>
        CreateAsync(name, detach, flags, null);

    private Task<string> CreateAsync(string name, bool detach, string[]? flags = null, string[]? command = null) =>
        Docker.OkAsync(
        [
            "service", "create", .. detach ? new[] { "-d" } : [], "--no-resolve-image", "--stop-grace-period", "1s",
            "--name", name, .. flags ?? [], "host", .. command ?? ["sleep", "1000"],
        ]);

    private async Task<HashSet<string>> RunningAsync(string service, int count)
    {
        var text = await Eventually.BecomesAsync(
            () => Docker.OkAsync(
                "service", "ps", "--no-trunc", "--format", "{{.ID}} {{.DesiredState}} {{.CurrentState}}", service),
            text => Live(text).Length == count && Live(text).All(line => line.Contains(" Running Running ")),
            $"{count} tasks of {service} run");
        return [.. Live(text).Select(line => line.Split(' ')[0])];
    }

    private static string[] Live(string text) =>
        [.. text.Split('\n').Where(line => line.Contains(" Running ") || line.Contains(" Ready "))
            .Where(line => !line.Contains(" Shutdown "))];

    private Task<string> UpdatedAsync(string service) => Eventually.BecomesAsync(
        () => Docker.OkAsync("service", "inspect", "-f", "{{if .UpdateStatus}}{{.UpdateStatus.State}}{{end}}", service),
        state => state == "completed\n",
        $"the update of {service} completes");

    private async Task<string> ContainerAsync(string service) =>
        (await Docker.OkAsync("ps", "-q", "--filter", $"label=com.docker.swarm.service.name={service}")).Trim();
}
