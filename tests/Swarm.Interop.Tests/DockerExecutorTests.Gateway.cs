using System.Diagnostics;
using Swarm.Interop.Tests.Harness;

namespace Swarm.Interop.Tests;

/// <content>What the engine answers through us, and how tasks are reached.</content>
public sealed partial class DockerExecutorTests
{
    [SkippableFact]
    public async Task Commands_for_containers_and_images_go_through_to_the_engine()
    {
        await Requirements.OrSkipAsync();
        Assert.Contains(TestImage.First, await Docker.OkAsync("images", "--format", "{{.Repository}}:{{.Tag}}"), StringComparison.Ordinal);
        Assert.Equal("hello\n", await Docker.OkAsync("run", "--rm", TestImage.First, "echo", "hello"));
        Assert.Equal(5, (await Docker.RunAsync("run", "--rm", TestImage.First, "sh", "-c", "exit 5")).ExitCode);
        Assert.Equal("vol\n", await Docker.OkAsync("volume", "create", "vol"));
        Assert.Equal("vol\n", await Docker.OkAsync("volume", "rm", "vol"));
        Assert.Contains("Images", await Docker.OkAsync("system", "df"), StringComparison.Ordinal);
        var pull = await Docker.RunAsync("pull", "registry.invalid/nothing:1");
        Assert.NotEqual(0, pull.ExitCode);
        Assert.Contains("registry.invalid", pull.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Exec_and_run_carry_both_directions_each_to_its_own_end()
    {
        await Requirements.OrSkipAsync();
        await Swarm.CreateAsync("talk", [], "sh", "-c", "echo up; echo no >&2; exec sleep 100000");
        await Swarm.RunningAsync("talk", 1);
        var container = Assert.Single(await Node.ContainersAsync("talk"));

        var exec = await Docker.RunAsync("exec", container, "sh", "-c", "echo out; echo err >&2; exit 5");
        Assert.Equal((5, "out\n", "err\n"), (exec.ExitCode, exec.Output, exec.Error));
        Assert.Equal("3000\n", await WithInputAsync(new string('x', 3000), "exec", "-i", container, "wc", "-c"));
        Assert.Equal("4\n", await WithInputAsync("abcd", "run", "--rm", "-i", TestImage.First, "wc", "-c"));
        Assert.Equal("up\n", (await Docker.RunAsync("logs", container)).Output);
        var logs = await Swarm.BecomesAsync(
            () => Docker.RunAsync("service", "logs", "--raw", "talk"), result => result.All.Contains("no", StringComparison.Ordinal), "logs");
        Assert.Equal(("up\n", "no\n"), (logs.Output, logs.Error));
        Assert.Contains("sleep", await Docker.OkAsync("top", container), StringComparison.Ordinal);
        Assert.Contains("No such container: nosuch", (await Docker.RunAsync("exec", "nosuch", "true")).Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Swarm_and_engine_show_as_one()
    {
        await Requirements.OrSkipAsync();
        var engineVersion = (await Node.EngineDocker.OkAsync("version", "--format", "{{.Server.Version}}")).Trim();
        Assert.Equal(
            $"{engineVersion} {Node.Name} active true overlay2",
            (await Node.InfoAsync("{{.ServerVersion}} {{.Name}} {{.Swarm.LocalNodeState}} {{.Swarm.ControlAvailable}} {{.Driver}}"))
            .Replace("vfs", "overlay2", StringComparison.Ordinal));
        Assert.Contains(
            "Swarm",
            await Docker.OkAsync("version", "--format", "{{range .Server.Components}}{{.Name}} {{end}}"),
            StringComparison.Ordinal);

        await Docker.OkAsync("network", "create", "mine");
        await Docker.OkAsync("network", "create", "--driver", "overlay", "ours");
        var networks = await Docker.LinesAsync("network", "ls", "--format", "{{.Name}} {{.Driver}} {{.Scope}}");
        Assert.Equal(
            ["bridge bridge local", "host host local", "ingress overlay swarm", "mine bridge local", "none null local", "ours overlay swarm"],
            networks.Order(StringComparer.Ordinal));
        Assert.NotEqual(0, (await Docker.RunAsync("network", "create", "ours")).ExitCode);
        Assert.Equal("local", (await Docker.OkAsync("network", "inspect", "--format", "{{.Scope}}", "bridge")).Trim());
        await Docker.OkAsync("network", "rm", "mine", "ours");
    }

    [SkippableFact]
    public async Task Events_of_swarm_and_engine_come_in_one_stream()
    {
        await Requirements.OrSkipAsync();
        using var events = Docker.Start("events", "--format", "{{.Type}} {{.Action}}");
        var seen = new List<string>();
        var reading = ReadAsync();

        await Swarm.BecomesAsync(
            async () =>
            {
                await Docker.OkAsync("volume", "create", "seen");
                await Docker.OkAsync("volume", "rm", "seen");
                return Seen();
            },
            lines => lines.Contains("volume create"),
            "the stream has begun");
        await Swarm.CreateAsync("event", []);
        await Swarm.BecomesAsync(
            () => Task.FromResult(Seen()),
            lines => lines.Contains("service create") && lines.Contains("container start"),
            "events of both");
        events.Kill();
        await reading;

        string[] Seen()
        {
            lock (seen)
            {
                return [.. seen];
            }
        }

        async Task ReadAsync()
        {
            while (await events.StandardOutput.ReadLineAsync() is { } line)
            {
                lock (seen)
                {
                    seen.Add(line);
                }
            }
        }
    }

    [SkippableFact]
    public async Task Published_ports_lead_to_containers_in_both_modes()
    {
        await Requirements.OrSkipAsync();
        await Swarm.CreateAsync(
            "mesh", ["--replicas", "2", "--publish", "8080:80"], "httpd", "-f", "-p", "80", "-h", "/www");
        await Swarm.CreateAsync(
            "direct", ["--publish", "published=8090,target=80,mode=host"], "httpd", "-f", "-p", "80", "-h", "/www");
        await Swarm.RunningAsync("mesh", 2);
        await Swarm.RunningAsync("direct", 1);

        foreach (var port in (int[])[8080, 8090])
        {
            await Swarm.BecomesAsync(
                () => Node.RunAsync("busybox", "wget", "-q", "-O", "-", $"http://{Node.Address}:{port}/"),
                page => page.Output == "hello\n",
                $"port {port} answers");
        }
    }

    [SkippableFact]
    public async Task Tasks_of_one_node_find_each_other_on_an_overlay_network()
    {
        await Requirements.OrSkipAsync();
        await Docker.OkAsync("network", "create", "--driver", "overlay", "inner");
        await Swarm.CreateAsync("back", ["--network", "inner", "--replicas", "2"], "httpd", "-f", "-p", "80", "-h", "/www");
        await Swarm.CreateAsync("front", ["--network", "inner"]);
        await Swarm.RunningAsync("back", 2);
        await Swarm.RunningAsync("front", 1);
        var front = Assert.Single(await Node.ContainersAsync("front"));

        await FindsAsync(front, "http://back/", "hello\n");
        await FindsAsync(front, "http://tasks.back/", "hello\n");
        Assert.Equal(
            "swarm 3",
            (await Docker.OkAsync("network", "inspect", "--format", "{{.Scope}} {{len .Containers}}", "inner")).Trim());
        Assert.Single(await Docker.LinesAsync("network", "ls", "-q", "--filter", "name=inner"));

        await Docker.OkAsync("service", "rm", "back", "front");
        await Swarm.BecomesAsync(
            () => Node.EngineDocker.LinesAsync("network", "ls", "-q", "--filter", "name=inner"),
            networks => networks.Length == 0,
            "the bridge is gone with the last task");
    }

    private async Task<string> WithInputAsync(string input, params string[] arguments)
    {
        var start = new ProcessStartInfo(Shell.Find("docker")!, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["DOCKER_HOST"] = Docker.Endpoint;
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await process.StandardOutput.ReadToEndAsync(limit.Token);
    }
}
