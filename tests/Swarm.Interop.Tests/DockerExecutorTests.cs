using Swarm.Interop.Tests.Harness;

namespace Swarm.Interop.Tests;

/// <summary>Our daemon on a Docker Engine: tasks are containers, and one address answers for swarm and engine.</summary>
[Collection(Engines.Collection)]
[Trait("Category", Peers.OurJoin)]
public sealed partial class DockerExecutorTests(Engines engines) : IAsyncLifetime
{
    private DockerNode? _node;
    private SwarmUnderTest? _swarm;

    private DockerNode Node => _node!;

    private SwarmUnderTest Swarm => _swarm!;

    private DockerCli Docker => Node.Docker;

    public async Task InitializeAsync()
    {
        if (await Requirements.MissingAsync() is null)
        {
            _node = await engines.DockerNodeAsync();
            _swarm = new SwarmUnderTest(Node, []);
            if (await Node.InfoAsync("{{.Swarm.LocalNodeState}}") != "active")
            {
                await Docker.OkAsync("swarm", "init", "--advertise-addr", Node.Address);
            }
        }
    }

    public async Task DisposeAsync()
    {
        if (_swarm is not null)
        {
            await Swarm.ClearAsync();
            await Swarm.BecomesAsync(
                () => Node.EngineDocker.LinesAsync("ps", "-aq", "--filter", "label=com.docker.swarm.task"),
                ids => ids.Length == 0,
                "no container of a task is left");
            await Node.LeaveAsync();
        }
    }

    [SkippableFact]
    public async Task A_task_is_the_container_that_the_engine_itself_would_make()
    {
        await Requirements.OrSkipAsync();
        await Swarm.CreateAsync(
            "web",
            [
                "--env", "WHO={{.Service.Name}}-{{.Task.Slot}}", "--container-label", "tier=front", "--user", "1000",
                "--limit-memory", "64M", "--limit-cpu", "0.5", "--limit-pids", "50", "--read-only", "--init",
                "--mount", "type=tmpfs,target=/scratch", "--mount", "type=volume,source=data,target=/data",
                "--hostname", "host-{{.Task.Slot}}", "--dns", "10.1.1.1", "--host", "other:10.9.9.9",
                "--cap-add", "NET_ADMIN", "--stop-signal", "SIGINT", "--constraint", "engine.labels.disk==ssd",
                "--constraint", "engine.labels.kind==ours", "--generic-resource", "gpu=1",
            ]);

        var task = Assert.Single(await Swarm.RunningAsync("web", 1));
        var container = Assert.Single(await Node.ContainersAsync("web"));

        Assert.Equal($"/web.1.{task.Id}", await Node.InspectAsync(container, "{{.Name}}"));
        Assert.Equal(
            $"front {task.Id} web.1.{task.Id} {await Node.InfoAsync("{{.Swarm.NodeID}}")} web",
            await Node.InspectAsync(
                container,
                "{{with .Config.Labels}}{{.tier}} {{index . \"com.docker.swarm.task.id\"}} "
                + "{{index . \"com.docker.swarm.task.name\"}} {{index . \"com.docker.swarm.node.id\"}} "
                + "{{index . \"com.docker.swarm.service.name\"}}{{end}}"));
        Assert.Equal(
            "1000 SIGINT host-1 67108864 500000000 50 true true [10.1.1.1] [other:10.9.9.9] [CAP_NET_ADMIN]",
            await Node.InspectAsync(
                container,
                "{{.Config.User}} {{.Config.StopSignal}} {{.Config.Hostname}} {{with .HostConfig}}{{.Memory}} {{.NanoCpus}} "
                + "{{.PidsLimit}} {{.ReadonlyRootfs}} {{.Init}} {{.Dns}} {{.ExtraHosts}} {{.CapAdd}}{{end}}"));
        Assert.Contains("DOCKER_RESOURCE_GPU=UUID1", await Node.InspectAsync(container, "{{.Config.Env}}"), StringComparison.Ordinal);
        Assert.Contains("WHO=web-1", await Node.InspectAsync(container, "{{.Config.Env}}"), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Secrets_and_configs_are_files_in_memory_and_gone_with_the_task()
    {
        await Requirements.OrSkipAsync();
        await MakeAsync("secret", "pw", "hunter2 for {{.Service.Name}}", "--template-driver", "golang");
        await MakeAsync("config", "site", "color=blue");
        await Swarm.CreateAsync(
            "keeper",
            [
                "--secret", "source=pw,target=db/pw,uid=1000,gid=1001,mode=0400", "--secret", "source=pw,target=/abs/pw",
                "--config", "source=site,target=/etc/site.conf", "--user", "1000",
            ]);
        await Swarm.RunningAsync("keeper", 1);
        var container = Assert.Single(await Node.ContainersAsync("keeper"));

        var seen = await Docker.OkAsync(
            "exec", container, "sh", "-c",
            "cat /run/secrets/db/pw; echo; stat -c '%u %g %a' /run/secrets/db/pw; cat /abs/pw; echo; cat /etc/site.conf; echo; "
            + "grep -c ' /run/secrets tmpfs ro' /proc/mounts; touch /run/secrets/new 2>/dev/null || echo sealed");

        Assert.Equal("hunter2 for keeper\n1000 1001 400\nhunter2 for keeper\ncolor=blue\n1\nsealed\n", seen);
        Assert.DoesNotContain("hunter2", await Docker.OkAsync("inspect", container), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", (await Docker.RunAsync("diff", container)).All, StringComparison.Ordinal);
        var source = await Node.InspectAsync(
            container, "{{range .Mounts}}{{if eq .Destination \"/run/secrets\"}}{{.Source}}{{end}}{{end}}");
        Assert.Equal(0, (await Node.RunAsync("test", "-e", source)).ExitCode);

        await Docker.OkAsync("service", "rm", "keeper");

        await Swarm.BecomesAsync(
            () => Node.RunAsync("test", "-e", Path.GetDirectoryName(source)!), gone => gone.ExitCode == 1, "the files are wiped");
    }

    [SkippableFact]
    public async Task A_task_with_a_health_check_runs_when_it_is_well_and_fails_when_it_is_not()
    {
        await Requirements.OrSkipAsync();
        await Swarm.CreateAsync(
            "sick",
            ["--health-cmd", "test ! -e /sick", "--health-interval", "300ms", "--health-retries", "2"],
            "sh", "-c", "trap 'exit 7' TERM; while :; do sleep 0.1; done");
        var task = Assert.Single(await Swarm.RunningAsync("sick", 1));
        var container = Assert.Single(await Node.ContainersAsync("sick"));
        Assert.Equal("healthy", await Node.InspectAsync(container, "{{.State.Health.Status}}"));

        await Docker.OkAsync("exec", container, "touch", "/sick");

        await FailsAsync("sick", task.Id, "task: non-zero exit (7): dockerexec: unhealthy container");
        await Swarm.RunningAsync("sick", 1);
    }

    [SkippableFact]
    public async Task A_task_fails_in_dockers_words()
    {
        await Requirements.OrSkipAsync();
        string[] once = ["--restart-condition", "none"];
        await Swarm.CreateAsync("ends", once, "sh", "-c", "exit 3");
        await Swarm.CreateAsync("absent", "no-such-image:9", once);
        await Swarm.CreateAsync("unbound", [.. once, "--mount", "type=bind,source=/no/such,target=/x"]);
        await Swarm.CreateAsync("nonsense", once, "no-such-program");
        await Swarm.CreateAsync("killed", []);

        await FailsAsync("ends", null, "task: non-zero exit (3)");
        await FailsAsync("absent", null, "No such image: no-such-image:9", "Rejected");
        await FailsAsync("unbound", null, "invalid mount config for type \"bind\": bind source path does not exist: /no/such", "Rejected");
        await FailsAsync("nonsense", null, "starting container failed: ");
        var task = Assert.Single(await Swarm.RunningAsync("killed", 1));
        await Docker.OkAsync("rm", "-f", Assert.Single(await Node.ContainersAsync("killed")));
        await FailsAsync("killed", task.Id, "task: non-zero exit (137)");
    }

    [SkippableFact]
    public async Task Tasks_outlive_a_daemon_that_is_killed_and_their_ends_are_noticed_by_the_next()
    {
        await Requirements.OrSkipAsync();
        await Swarm.CreateAsync("stays", ["--replicas", "2"]);
        var tasks = await Swarm.RunningAsync("stays", 2);
        var before = await Node.ContainersAsync("stays");

        await Node.KillAsync();
        await Node.StartAsync();

        await Swarm.BecomesAsync(
            () => Swarm.TasksAsync("stays"),
            seen => seen.Count(task => task.Runs) == 2 && seen.All(task => tasks.Any(old => old.Id == task.Id)),
            "the tasks run on");
        Assert.Equal(before.Order(), (await Node.ContainersAsync("stays")).Order());

        await Node.KillAsync();
        await Node.EngineDocker.OkAsync("rm", "-f", before[0]);
        await Node.StartAsync();

        await Swarm.BecomesAsync(
            () => Node.ContainersAsync("stays"),
            now => now.Length == 2 && now.Contains(before[1]) && !now.Contains(before[0]),
            "what ended meanwhile is replaced");
    }

    [SkippableFact]
    public async Task Tasks_fail_with_their_engine_and_come_back_with_it()
    {
        await Requirements.OrSkipAsync();
        await Swarm.CreateAsync("engine", []);
        var before = Assert.Single(await Swarm.RunningAsync("engine", 1));

        await Node.StopEngineAsync();
        var silent = await Docker.RunAsync("ps");
        Assert.Contains("Cannot connect to the Docker daemon at unix://", silent.Error, StringComparison.Ordinal);
        Assert.Equal("active", await Node.InfoAsync("{{.Swarm.LocalNodeState}}"));
        await Node.StartEngineAsync();

        await Swarm.BecomesAsync(
            () => Swarm.TasksAsync("engine"),
            seen => seen.Any(task => task.Runs && task.Id != before.Id),
            "the task is replaced");
    }

    private async Task MakeAsync(string kind, string name, string content, params string[] flags)
    {
        var file = Path.Combine(Node.Machine.Folder, $"{kind}-{name}");
        await File.WriteAllTextAsync(file, content);
        await Docker.OkAsync([kind, "create", .. flags, name, file]);
    }

    private Task FailsAsync(string service, string? task, string error, string state = "Failed") => Swarm.BecomesAsync(
        () => Swarm.TasksAsync(service),
        seen => seen.Any(one => (task is null || one.Id == task)
            && one.Is(state)
            && one.Error.Trim('"').StartsWith(error, StringComparison.Ordinal)),
        $"a task of {service} is {state} with {error}");
}
