using System.Globalization;
using System.Text.RegularExpressions;

namespace Swarm.DockerCli.Tests;

public sealed class RestartTests
{
    [SkippableFact]
    public async Task A_daemon_that_was_killed_comes_back_to_the_processes_it_left()
    {
        await using var daemon = await StartAsync("n=0; while :; do n=$((n+1)); echo line $n; sleep 0.2; done");
        var docker = daemon.Docker;
        var tasks = await TasksAsync(docker);
        var pids = await PidsAsync(docker);

        await daemon.KillAsync();
        await daemon.RestartAsync();

        await RunningAsync(docker);
        Assert.Equal(pids, await PidsAsync(docker));
        Assert.Equal(tasks, await TasksAsync(docker));
        var seen = Highest(await docker.OkAsync("service", "logs", "--raw", "web"));
        await Eventually.BecomesAsync(
            () => docker.OkAsync("service", "logs", "--raw", "web"), text => Highest(text) > seen + 2, "more output");

        await docker.OkAsync("service", "rm", "web");
        await Eventually.BecomesAsync(
            () => Task.FromResult(pids.Count(pid => Directory.Exists($"/proc/{pid}"))), count => count == 0, "no process");
    }

    [SkippableFact]
    public async Task What_tasks_wrote_before_a_clean_restart_can_be_read_after_it()
    {
        await using var daemon = await StartAsync("echo process $$; exec sleep 1000");
        var docker = daemon.Docker;
        var before = await WrittenAsync(3);

        Assert.Equal(0, await daemon.TerminateAsync());
        await daemon.RestartAsync();

        await RunningAsync(docker);
        var after = await WrittenAsync(6);
        Assert.Subset(after, before);
        Assert.Contains("it was stopped because its node stopped", await docker.OkAsync("service", "ps", "--no-trunc", "web"));
        await docker.OkAsync("service", "rm", "web");
        await Eventually.BecomesAsync(
            () => docker.OkAsync("ps", "-a", "-q"), text => text.Length == 0, "nothing is left of the tasks");

        Task<HashSet<string>> WrittenAsync(int count) => Eventually.BecomesAsync(
            async () => (await docker.RunAsync("service", "logs", "--raw", "web")).Output
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .ToHashSet(),
            lines => lines.Count == count,
            $"{count} tasks have written");
    }

    /// <summary>A daemon with three tasks of a service "web" that run a script.</summary>
    private static async Task<DaemonProcess> StartAsync(string script)
    {
        Skip.If(DockerCli.Missing is not null, DockerCli.Missing ?? "");
        var daemon = await DaemonProcess.StartAsync();
        try
        {
            await daemon.Docker.OkAsync("swarm", "init");
            await daemon.Docker.OkAsync(
                "service", "create", "-d", "--name", "web", "--replicas", "3", "host:latest", "sh", "-c", script);
            await RunningAsync(daemon.Docker);
            return daemon;
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    private static Task<string> RunningAsync(DockerCli docker) => Eventually.BecomesAsync(
        () => docker.OkAsync("service", "ls"), text => Regex.IsMatch(text, @"web +replicated +3/3 "), "3/3");

    private static async Task<string> TasksAsync(DockerCli docker) => string.Join(
        '\n',
        (await docker.OkAsync("service", "ps", "--format", "{{.ID}} {{.Name}} {{.DesiredState}}", "web"))
            .Split('\n')
            .Order(StringComparer.Ordinal));

    // A daemon that has just come back still knows what ran, and takes up the processes one by one.
    private static async Task<List<string>> PidsAsync(DockerCli docker)
    {
        var ids = await Eventually.BecomesAsync(
            async () => (await docker.OkAsync("ps", "-q")).Split('\n', StringSplitOptions.RemoveEmptyEntries),
            ids => ids.Length == 3,
            "three tasks are listed");
        var pids = (await docker.OkAsync(["inspect", "-f", "{{.State.Pid}}", .. ids]))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. pids.Order(StringComparer.Ordinal)];
    }

    private static int Highest(string logs) => Regex.Matches(logs, @"line (\d+)")
        .Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))
        .DefaultIfEmpty(0)
        .Max();
}
