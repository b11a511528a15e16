using Swarm.Interop.Tests.Harness;

namespace Swarm.Interop.Tests;

/// <summary>What users see of a swarm whose tasks run on real Docker Engines, whoever manages it.</summary>
public abstract partial class ManagerScenarios : IAsyncLifetime
{
    private SwarmUnderTest? _swarm;

    private protected SwarmUnderTest Swarm => _swarm!;

    private DockerEngine Last => Swarm.Engines[^1];

    private int Count => Swarm.Engines.Count;

    public async Task InitializeAsync()
    {
        _swarm = FindSwarm();
        if (_swarm is not null)
        {
            await _swarm.EnsureAsync();
        }
    }

    public Task DisposeAsync() => _swarm?.ClearAsync() ?? Task.CompletedTask;

    /// <summary>The swarm to look at; null where the tests are skipped.</summary>
    private protected abstract SwarmUnderTest? FindSwarm();

    /// <summary>Skips the test with a reason where there is no such swarm.</summary>
    private protected abstract Task OrSkipAsync();

    [SkippableFact]
    public async Task Nodes_are_listed_as_ready_with_their_engine_version()
    {
        await OrSkipAsync();
        foreach (var cli in await DockerCli.InstalledAsync())
        {
            var nodes = await Swarm.Docker.With(cli).JsonAsync("node", "ls");
            foreach (var engine in Swarm.Engines)
            {
                var node = Assert.Single(nodes, node => node.Text("Hostname") == engine.Name);
                Assert.Equal("Ready", node.Text("Status"));
                Assert.Equal("Active", node.Text("Availability"));
                Assert.Equal(await engine.InfoAsync("{{.ServerVersion}}"), node.Text("EngineVersion"));
                Assert.Equal(await engine.InfoAsync("{{.Swarm.NodeID}}"), node.Text("ID"));
            }
        }
    }

    [SkippableFact]
    public async Task A_node_s_description_is_the_engine_s_own()
    {
        await OrSkipAsync();
        var description = await Swarm.Docker.OkAsync(
            "node", "inspect", await Swarm.NodeIdAsync(Last.Name), "--format",
            "{{.Description.Hostname}} {{.Description.Platform.OS}} {{.Description.Platform.Architecture}} "
            + "{{.Description.Resources.MemoryBytes}} {{.Status.Addr}} {{.Spec.Role}}");
        var memory = await Last.InfoAsync("{{.MemTotal}} ");
        var architecture = await Last.InfoAsync("{{.Architecture}}");
        Assert.Equal($"{Last.Name} linux {architecture} {memory} {Last.Address} worker\n", description);
    }

    [SkippableFact]
    public async Task A_replicated_service_spreads_over_the_engines()
    {
        await OrSkipAsync();
        await Swarm.CreateAsync("spread", ["--replicas", $"{Count * 2}"]);

        var tasks = await Swarm.RunningAsync("spread", Count * 2);

        Assert.All(tasks.CountBy(task => task.Node), node => Assert.Equal(2, node.Value));
        var containers = await Swarm.ContainersAsync("spread");
        Assert.Equal(Count, containers.Count);
        Assert.All(containers.Values, ids => Assert.Equal(2, ids.Length));
        var listed = Assert.Single(await Swarm.Docker.JsonAsync("service", "ls"));
        Assert.Equal($"{Count * 2}/{Count * 2}", listed.Text("Replicas"));
    }

    [SkippableFact]
    public async Task A_global_service_has_a_task_on_every_engine_and_scaling_is_obeyed()
    {
        await OrSkipAsync();
        await Swarm.CreateAsync("everywhere", ["--mode", "global"]);
        await Swarm.CreateAsync("some", ["--replicas", "1"]);

        await Swarm.BecomesAsync(
            () => Swarm.ContainersAsync("everywhere"),
            found => found.Values.All(ids => ids.Length == 1),
            "one container on every engine");
        await Swarm.RunningAsync("some", 1);
        await Swarm.Docker.OkAsync("service", "scale", "--detach", $"some={Count}");
        await Swarm.RunningAsync("some", Count);
        await Swarm.Docker.OkAsync("service", "scale", "--detach", "some=0");
        await Swarm.BecomesAsync(
            () => Swarm.ContainersAsync("some"),
            found => found.Values.All(ids => ids.Length == 0),
            "no container is left");
    }

    [SkippableFact]
    public async Task An_update_replaces_every_container()
    {
        await OrSkipAsync();
        await Swarm.CreateAsync("update", ["--replicas", $"{Count}", "--update-parallelism", "0"]);
        var before = await Swarm.RunningAsync("update", Count);

        await Swarm.Docker.OkAsync(
            "service", "update", "--detach", "--no-resolve-image", "--image", TestImage.Second, "update");

        await Swarm.BecomesAsync(
            () => Swarm.Docker.OkAsync(
                "service", "inspect", "--format", "{{if .UpdateStatus}}{{.UpdateStatus.State}}{{end}}", "update"),
            state => state == "completed\n",
            "the update completes");
        var after = await Swarm.RunningAsync("update", Count);
        Assert.Empty(after.Select(task => task.Id).Intersect(before.Select(task => task.Id)));
        foreach (var (engine, ids) in await Swarm.ContainersAsync("update"))
        {
            foreach (var id in ids)
            {
                Assert.Equal("2\n", (await engine.ExecAsync(id, "sh", "-c", "echo $VERSION")).Ok());
            }
        }
    }

    [SkippableFact]
    public async Task Logs_stream_from_every_engine()
    {
        await OrSkipAsync();
        await Swarm.CreateAsync(
            "talk",
            ["--replicas", $"{Count}"],
            "sh", "-c", "i=0; while :; do i=$((i+1)); echo out $i; echo err $i >&2; sleep 0.3; done");
        await Swarm.RunningAsync("talk", Count);

        using var follow = Swarm.Docker.Start("service", "logs", "--follow", "talk");
        var heard = new Dictionary<string, int>();
        using var limit = new CancellationTokenSource(Eventually.DefaultLimit);
        while (Swarm.Engines.Any(engine => heard.GetValueOrDefault(engine.Name) < 5))
        {
            var line = await follow.StandardOutput.ReadLineAsync(limit.Token);
            Assert.True(line is not null, "the stream ended");
            Assert.Matches(@"^talk\.\d\.[0-9a-z]{12}@n\d    \| out \d+$", line);
            var node = line.Split('@', ' ')[1];
            heard[node] = heard.GetValueOrDefault(node) + 1;
        }

        follow.Kill(entireProcessTree: true);
        var tail = await Swarm.Docker.RunAsync("service", "logs", "--raw", "--tail", "3", "talk");
        Assert.Equal(0, tail.ExitCode);
        Assert.Matches(@"^out \d+$", tail.Output.Split('\n')[0]);
        Assert.Matches(@"^err \d+$", tail.Error.Split('\n')[0]);
    }

    [SkippableFact]
    public async Task A_removed_container_is_replaced()
    {
        await OrSkipAsync();
        await Swarm.CreateAsync("heal", ["--replicas", $"{Count}"]);
        var before = await Swarm.RunningAsync("heal", Count);
        var container = Assert.Single(await Last.ContainersAsync("heal"));

        await Last.Docker.OkAsync("rm", "--force", container);

        var tasks = await Swarm.BecomesAsync(
            () => Swarm.TasksAsync("heal"),
            seen => seen.Count(task => task.Runs) == Count && seen.Any(task => task.Is("Failed")),
            "the failure is history and all replicas run");
        var failed = Assert.Single(tasks, task => task.Is("Failed"));
        Assert.Equal("Shutdown", failed.Desired);
        Assert.Contains("task: non-zero exit (137)", failed.Error);
        Assert.Equal(Count - 1, tasks.Count(task => task.Runs && before.Any(old => old.Id == task.Id)));
    }

    [SkippableFact]
    public async Task A_health_check_holds_a_task_back_until_it_passes()
    {
        await OrSkipAsync();
        await Swarm.CreateAsync(
            "health",
            [
                "--constraint", $"node.hostname=={Last.Name}", "--health-cmd", "test -f /healthy",
                "--health-interval", "300ms", "--health-retries", "1000",
            ]);
        var containers = await Swarm.BecomesAsync(
            () => Last.ContainersAsync("health"), ids => ids.Length == 1, "the container runs");
        await Swarm.BecomesAsync(
            () => Last.Docker.OkAsync("inspect", "--format", "{{len .State.Health.Log}}", containers[0]),
            checks => int.Parse(checks) > 1,
            "the check has failed twice");
        Assert.True(Assert.Single(await Swarm.TasksAsync("health")).Is("Starting"));

        (await Last.ExecAsync(containers[0], "touch", "/healthy")).Ok();

        await Swarm.RunningAsync("health", 1);
        Assert.Equal(containers, await Last.ContainersAsync("health"));
    }

    [SkippableFact]
    public async Task An_unhealthy_container_ends_its_task()
    {
        await OrSkipAsync();
        await Swarm.CreateAsync(
            "sick",
            ["--restart-condition", "none", "--health-cmd", "exit 1", "--health-interval", "200ms", "--health-retries", "2"]);

        var tasks = await Swarm.BecomesAsync(
            () => Swarm.TasksAsync("sick"), seen => seen is [{ } task] && task.Is("Failed"), "the task fails");
        Assert.Contains("unhealthy container", tasks[0].Error);
    }

    [SkippableFact]
    public async Task An_image_nobody_has_is_a_rejection_in_the_engine_s_words()
    {
        await OrSkipAsync();
        await Swarm.CreateAsync("gone", "no-such-image:9", ["--restart-condition", "none"]);

        var tasks = await Swarm.BecomesAsync(
            () => Swarm.TasksAsync("gone"), seen => seen is [{ } task] && task.Is("Rejected"), "the task is rejected");
        Assert.Contains("No such image: no-such-image:9", tasks[0].Error);
    }

    [SkippableFact]
    public async Task Secrets_and_configs_reach_exactly_the_assigned_containers()
    {
        await OrSkipAsync();
        await CreateDataAsync("secret", "x", "sesame");
        await CreateDataAsync("secret", "other", "not for everyone");
        await CreateDataAsync("config", "c", "listen 80");
        await Swarm.CreateAsync(
            "told",
            [
                "--replicas", $"{Count}", "--secret", "source=x,target=x,mode=0400",
                "--config", "source=c,target=/etc/c.conf",
            ]);
        await Swarm.CreateAsync("untold", ["--replicas", $"{Count}"]);
        await Swarm.RunningAsync("told", Count);
        await Swarm.RunningAsync("untold", Count);

        foreach (var (engine, ids) in await Swarm.ContainersAsync("told"))
        {
            var id = Assert.Single(ids);
            Assert.Equal("sesame", (await engine.ExecAsync(id, "cat", "/run/secrets/x")).Ok());
            Assert.Equal("400\n", (await engine.ExecAsync(id, "stat", "-c", "%a", "/run/secrets/x")).Ok());
            Assert.Equal("x\n", (await engine.ExecAsync(id, "ls", "/run/secrets")).Ok());
            Assert.Contains("tmpfs /run/secrets/x", (await engine.ExecAsync(id, "cat", "/proc/mounts")).Ok());
            Assert.Equal("listen 80", (await engine.ExecAsync(id, "cat", "/etc/c.conf")).Ok());
        }

        foreach (var (engine, ids) in await Swarm.ContainersAsync("untold"))
        {
            var id = Assert.Single(ids);
            Assert.NotEqual(0, (await engine.ExecAsync(id, "ls", "/run/secrets")).ExitCode);
            Assert.NotEqual(0, (await engine.ExecAsync(id, "ls", "/etc/c.conf")).ExitCode);
        }
    }

    [SkippableFact]
    public async Task Drain_empties_a_node_and_active_opens_it_again()
    {
        await OrSkipAsync();
        await Swarm.CreateAsync("drain", ["--replicas", $"{Count}"]);
        await Swarm.RunningAsync("drain", Count);

        var id = await Swarm.NodeIdAsync(Last.Name);
        await Swarm.Docker.OkAsync("node", "update", "--availability", "drain", id);
        await Swarm.BecomesAsync(() => Last.ContainersAsync("drain"), ids => ids.Length == 0, "the node is empty");
        Assert.DoesNotContain(await Swarm.RunningAsync("drain", Count), task => task.Node == Last.Name);

        await Swarm.Docker.OkAsync("node", "update", "--availability", "active", id);
        await Swarm.Docker.OkAsync("service", "scale", "--detach", $"drain={Count + 1}");
        Assert.Contains(await Swarm.RunningAsync("drain", Count + 1), task => task.Node == Last.Name);
    }

    [SkippableFact]
    public async Task A_killed_engine_s_tasks_move_and_its_return_duplicates_nothing()
    {
        await OrSkipAsync();
        await Swarm.CreateAsync("move", ["--replicas", $"{Count}"]);
        await Swarm.RunningAsync("move", Count);

        await Last.KillAsync();
        try
        {
            await Swarm.NodeIsAsync(Last.Name, "Down");
            var moved = await Swarm.BecomesAsync(
                () => Swarm.TasksAsync("move"),
                seen => seen.Count(task => task.Runs && task.Node != Last.Name) == Count,
                "all replicas run elsewhere");
            Assert.DoesNotContain(moved, task => task.IsWanted && task.Node == Last.Name);
        }
        finally
        {
            await Last.StartAsync();
        }

        await Swarm.NodeIsAsync(Last.Name, "Ready");
        await FenceAsync();
        Assert.Empty(await Last.ContainersAsync("move"));
        Assert.Equal(Count, (await Swarm.ContainersAsync("move")).Values.Sum(ids => ids.Length));
        Assert.Equal(Count, (await Swarm.TasksAsync("move")).Count(task => task.IsWanted));
    }

    [SkippableFact]
    public async Task A_worker_that_leaves_is_down_and_can_be_removed()
    {
        await OrSkipAsync();
        var id = await Swarm.NodeIdAsync(Last.Name);

        Assert.Equal("Node left the swarm.\n", await Last.Docker.OkAsync("swarm", "leave"));

        await Swarm.NodeIsAsync(Last.Name, "Down");
        Assert.Equal($"{id}\n", await Swarm.Docker.OkAsync("node", "rm", id));
        await Swarm.JoinAsync(Last);
        await Swarm.NodeIsAsync(Last.Name, "Ready");
    }

    [SkippableFact]
    public async Task A_rotated_token_keeps_members_and_refuses_newcomers_with_the_old_one()
    {
        await OrSkipAsync();
        var old = (await Swarm.Docker.OkAsync("swarm", "join-token", "-q", "worker")).Trim();
        await Last.Docker.OkAsync("swarm", "leave");
        await Swarm.NodeIsAsync(Last.Name, "Down");
        var id = (await Swarm.NodesAsync()).Single(node => node.Text("Hostname") == Last.Name).Text("ID");
        await Swarm.Docker.OkAsync("node", "rm", id);

        var fresh = (await Swarm.Docker.OkAsync("swarm", "join-token", "--rotate", "-q", "worker")).Trim();

        Assert.NotEqual(old, fresh);
        var refused = await Last.Docker.RunAsync("swarm", "join", "--token", old, Swarm.ManagerAddress);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("A valid join token is necessary to join this cluster", refused.Error);
        await Last.LeaveAsync();
        await Swarm.JoinAsync(Last);
        await Swarm.NodeIsAsync(Last.Name, "Ready");
    }

    [SkippableFact]
    public async Task Root_rotation_reaches_every_engine()
    {
        await OrSkipAsync();
        await Swarm.CreateAsync("rotate", ["--replicas", $"{Count}"]);
        await Swarm.RunningAsync("rotate", Count);
        var before = (await Swarm.ContainersAsync("rotate")).Values.SelectMany(ids => ids).Order().ToArray();
        var old = await Swarm.Docker.OkAsync("swarm", "ca");

        await Swarm.Docker.OkAsync("swarm", "ca", "--rotate", "--detach");

        var root = await Swarm.BecomesAsync(
            () => Swarm.Docker.OkAsync("swarm", "ca"), certificate => certificate != old, "the root has changed");
        foreach (var engine in Swarm.Engines)
        {
            await Swarm.BecomesAsync(
                () => Swarm.TrustRootAsync(engine.Name),
                trusted => trusted == root.Trim(),
                $"{engine.Name} trusts the new root");
        }

        await FenceAsync();
        Assert.Equal(before, (await Swarm.ContainersAsync("rotate")).Values.SelectMany(ids => ids).Order());
    }

    private protected abstract TestNetwork Network { get; }

    private Task CreateDataAsync(string kind, string name, string content)
    {
        var file = Path.Combine(Swarm.Manager.Machine.Folder, $"{kind}-{name}");
        File.WriteAllText(file, content);
        return Swarm.Docker.OkAsync(kind, "create", name, file);
    }

    // A node that runs a task created now has heard of all that was decided for it before.
    private async Task FenceAsync()
    {
        await Swarm.CreateAsync("fence", ["--constraint", $"node.hostname=={Last.Name}"]);
        await Swarm.RunningAsync("fence", 1);
    }
}
