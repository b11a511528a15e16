using System.Diagnostics;

namespace Swarm.DockerCli.Tests;

/// <summary><c>docker exec</c> and <c>swarm exec</c> beside tasks that are processes.</summary>
public sealed class ExecTests(SwarmFixture swarm) : IClassFixture<SwarmFixture>, IAsyncLifetime
{
    private DockerCli Docker => swarm.Docker;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => DockerCli.Missing is null ? swarm.RemoveServicesAsync() : Task.CompletedTask;

    [SkippableFact]
    public async Task Outputs_stay_apart_and_the_exit_code_is_the_command_s()
    {
        var container = await RunAsync("plain", "-e", "GREETING=hello");

        var result = await Docker.RunAsync("exec", container, "sh", "-c", "echo $GREETING; echo err >&2; exit 5");

        Assert.Equal((5, "hello\n", "err\n"), (result.ExitCode, result.Output, result.Error));
    }

    [SkippableFact]
    public async Task Input_variables_and_directory_are_given()
    {
        var container = await RunAsync("input");

        Assert.Equal("hello\n", await Docker.OkWithInputAsync("hello\n", "exec", "-i", container, "cat"));
        Assert.Equal(
            "/usr\nx y\n",
            await Docker.OkAsync("exec", "-w", "/usr", "-e", "MORE=x y", container, "sh", "-c", "pwd; echo $MORE"));
        var many = new string('z', 300_000);
        Assert.Equal(many, await Docker.OkWithInputAsync(many, "exec", "-i", container, "cat"));
    }

    [SkippableFact]
    public async Task A_detached_command_runs_on_until_its_task_ends()
    {
        var container = await RunAsync("detached");

        Assert.Equal("", await Docker.OkAsync("exec", "-d", container, "sleep", "7654"));

        Assert.Contains("sleep 7654", await Docker.OkAsync("top", container));
        Assert.Matches("[0-9a-f]{64}", await Docker.OkAsync("inspect", "-f", "{{.ExecIDs}}", container));
        var pid = (await Docker.OkAsync("exec", container, "pgrep", "-f", "(^|/)sleep 7654$")).Trim();
        await Docker.OkAsync("service", "rm", "detached");
        await Eventually.BecomesAsync(
            () => Task.FromResult(Directory.Exists($"/proc/{pid}")), exists => !exists, "the command has ended");
    }

    [SkippableFact]
    public async Task A_terminal_is_a_terminal()
    {
        var container = await RunAsync("terminal");

        var output = await Docker.OkAsync("exec", "-t", container, "sh", "-c", "tty; echo $TERM");

        Assert.Matches(@"^/dev/pts/\d+\r\nxterm\r\n$", output);
    }

    [SkippableFact]
    public async Task What_is_typed_at_a_terminal_reaches_the_command()
    {
        Skip.IfNot(File.Exists("/usr/bin/script"), "script of util-linux is not installed");
        var container = await RunAsync("typed");
        var start = new ProcessStartInfo("/usr/bin/script")
        {
            ArgumentList = { "-qec", $"docker exec -it {container} sh -c 'read line; echo got $line; exit 3'", "/dev/null" },
        };
        start.Environment["DOCKER_HOST"] = Docker.Endpoint;

        var result = await ToolCommand.RunAsync(start, "hello\n");

        Assert.Contains("got hello", result.Output);
        Assert.Equal(3, result.ExitCode);
    }

    [SkippableFact]
    public async Task Mistakes_are_told()
    {
        var container = await RunAsync("wrong");

        var missing = await Docker.RunAsync("exec", container, "no-such-program");

        Assert.Equal(127, missing.ExitCode);
        Assert.Contains("executable file not found in $PATH", missing.Error);
        await Docker.FailsAsync("No such container: nosuch", "exec", "nosuch", "true");
        await Docker.FailsAsync("unable to find user nosuch", "exec", "-u", "nosuch", container, "true");
        await Docker.FailsAsync("unable to find user nosuch", "exec", "-d", "-u", "nosuch", container, "true");
        await Docker.FailsAsync("does not exist on this node", "exec", "-w", "/no/such", container, "true");
    }

    [SkippableFact]
    public async Task Swarm_exec_finds_the_task_by_service_and_slot()
    {
        await RunAsync("tool");

        var result = await ToolCommand.RunAsync(
            "hello\n", "exec", "tool.1", "-i", "--host", Docker.Endpoint, "--", "sh", "-c", "cat; echo err >&2; exit 5");

        Assert.Equal((5, "hello\n", "err\n"), (result.ExitCode, result.Output, result.Error));
    }

    private async Task<string> RunAsync(string service, params string[] flags)
    {
        await Docker.OkAsync(
        [
            "service", "create", "-d", "--no-resolve-image", "--stop-grace-period", "1s", "--name", service, .. flags,
            "host", "sleep", "1000",
        ]);
        return (await Eventually.BecomesAsync(
            () => Docker.OkAsync(
                "ps", "-q", "--no-trunc", "--filter", $"label=com.docker.swarm.service.name={service}"),
            text => text.Length > 0,
            $"the task of {service} runs")).Trim();
    }
}
