using Swarm.Interop.Tests.Harness;

namespace Swarm.Interop.Tests;

/// <summary>What a real manager, and its users, see of a worker that calls itself a process executor or an engine.</summary>
public abstract class AgentScenarios : IAsyncLifetime
{
    // Our process executor's name for "no image"; Docker Engines here have an image of that name.
    private const string Image = TestImage.Host;

    private const string CountSleepers = """
        found=0
        for file in /proc/[0-9]*/cmdline; do
          line=$(tr '\0' ' ' 2>/dev/null <"$file")
          if [[ $line =~ ^[^\ ]*sleep\ 313131\ $ ]]; then found=$((found + 1)); fi
        done
        echo $found
        """;

    private SwarmUnderTest? _swarm;

    private SwarmUnderTest Swarm => _swarm!;

    private string[] OnWorker => ["--constraint", $"node.hostname=={Worker.Name}"];

    public async Task InitializeAsync()
    {
        _swarm = FindSwarm();
        if (_swarm is not null)
        {
            await _swarm.EnsureAsync();
        }
    }

    public async Task DisposeAsync()
    {
        if (_swarm is not null)
        {
            await Swarm.ClearAsync();
            await ProcessesEndAsync();
        }
    }

    /// <summary>The swarm to look at; null where the tests are skipped.</summary>
    private protected abstract SwarmUnderTest? FindSwarm();

    /// <summary>The worker to look at.</summary>
    private protected abstract Peer Worker { get; }

    /// <summary>Skips the test with a reason where there is no such swarm.</summary>
    private protected abstract Task OrSkipAsync();

    [SkippableFact]
    public async Task The_node_is_listed_as_ready_and_describes_itself()
    {
        await OrSkipAsync();
        var node = Assert.Single(await Swarm.NodesAsync(), node => node.Text("Hostname") == Worker.Name);
        Assert.Equal("Ready", node.Text("Status"));
        Assert.Equal("", node.Text("ManagerStatus"));
        Assert.Equal(await Worker.InfoAsync("{{.ServerVersion}}"), node.Text("EngineVersion"));
        Assert.Equal(await Worker.InfoAsync("{{.Swarm.NodeID}}"), node.Text("ID"));
        Assert.Equal("active false", await Worker.InfoAsync("{{.Swarm.LocalNodeState}} {{.Swarm.ControlAvailable}}"));
        Assert.Equal(
            $"linux {await Swarm.Manager.InfoAsync("{{.Architecture}}")} {Worker.Address}\n",
            await Swarm.Docker.OkAsync(
                "node", "inspect", await Swarm.NodeIdAsync(Worker.Name), "--format",
                "{{.Description.Platform.OS}} {{.Description.Platform.Architecture}} {{.Status.Addr}}"));
    }

    [SkippableFact]
    public async Task A_worker_answers_manager_commands_as_an_engine_does()
    {
        await OrSkipAsync();
        var engine = Swarm.Engines.First(engine => engine != Swarm.Manager);
        foreach (var command in new[] { "node ls", "service ls", "secret ls", "swarm join-token worker" })
        {
            var expected = await engine.Docker.RunAsync(command.Split(' '));
            var answer = await Worker.Docker.RunAsync(command.Split(' '));
            Assert.NotEqual(0, answer.ExitCode);
            Assert.Equal(expected.Error, answer.Error);
        }
    }

    [SkippableFact]
    public async Task Tasks_run_report_their_status_and_their_logs()
    {
        await OrSkipAsync();
        await Swarm.CreateAsync(
            "run",
            Image,
            [.. OnWorker, "--replicas", "2", "--env", "WHO={{.Service.Name}}-{{.Task.Slot}}-{{.Node.Hostname}}"],
            "sh", "-c", "echo I am $WHO; echo on stderr >&2; exec sleep 313131");

        var tasks = await Swarm.RunningAsync("run", 2);

        Assert.All(tasks, task => Assert.Equal(Worker.Name, task.Node));
        Assert.Equal(2, await ProcessesAsync());
        var logs = await Swarm.BecomesAsync(
            () => Swarm.Docker.RunAsync("service", "logs", "--raw", "run"),
            result => result.Output.Split('\n').Length > 2 && result.Error.Contains("on stderr"),
            "both tasks' logs reach the manager");
        Assert.Equal(
            [$"I am run-1-{Worker.Name}", $"I am run-2-{Worker.Name}"], logs.Output.Trim().Split('\n').Order());

        await Swarm.Docker.OkAsync("service", "scale", "--detach", "run=1");
        await Swarm.RunningAsync("run", 1);
        await Eventually.BecomesAsync(ProcessesAsync, count => count == 1, "one process is left");
    }

    [SkippableFact]
    public async Task Followed_logs_stream()
    {
        await OrSkipAsync();
        await Swarm.CreateAsync(
            "talk", Image, OnWorker, "sh", "-c", "i=0; while :; do i=$((i+1)); echo out $i; sleep 0.2; done");
        await Swarm.RunningAsync("talk", 1);

        using var follow = Swarm.Docker.Start("service", "logs", "--follow", "talk");
        using var limit = new CancellationTokenSource(Eventually.DefaultLimit);
        for (var lines = 0; lines < 10; lines++)
        {
            Assert.Matches(
                $@"^talk\.1\.[0-9a-z]{{12}}@{Worker.Name}    \| out \d+$", await follow.StandardOutput.ReadLineAsync(limit.Token));
        }

        follow.Kill(entireProcessTree: true);
    }

    [SkippableFact]
    public async Task Failures_are_reported_with_exit_code_and_completion_without()
    {
        await OrSkipAsync();
        await Swarm.CreateAsync("fail", Image, [.. OnWorker, "--restart-condition", "none"], "sh", "-c", "exit 3");
        await Swarm.CreateAsync("done", Image, [.. OnWorker, "--restart-condition", "none"], "true");
        await Swarm.CreateAsync("none", "no-such-image:9", [.. OnWorker, "--restart-condition", "none"], "true");

        Assert.Contains("task: non-zero exit (3)", (await EndedAsync("fail", "Failed")).Error);
        Assert.Equal("", (await EndedAsync("done", "Complete")).Error);
        Assert.Contains("No such image: no-such-image:9", (await EndedAsync("none", "Rejected")).Error);
    }

    [SkippableFact]
    public async Task Secrets_and_configs_of_the_real_manager_are_readable()
    {
        await OrSkipAsync();
        var file = Path.Combine(Swarm.Manager.Machine.Folder, "data");
        await File.WriteAllTextAsync(file, "sesame");
        await Swarm.Docker.OkAsync("secret", "create", "x", file);
        await Swarm.Docker.OkAsync("config", "create", "c", file);
        await Swarm.CreateAsync(
            "told",
            Image,
            [.. OnWorker, "--secret", "x", "--config", "source=c,target=/run/secrets/c"],
            "sh", "-c", "cat /run/secrets/x && echo && cat /run/secrets/c && echo && exec sleep 313131");

        await Swarm.RunningAsync("told", 1);
        await Swarm.BecomesAsync(
            () => Swarm.Docker.OkAsync("service", "logs", "--raw", "told"),
            text => text == "sesame\nsesame\n",
            "the task has read both");
    }

    [SkippableFact]
    public async Task Drain_moves_tasks_off_the_node_and_active_brings_them_back()
    {
        await OrSkipAsync();
        var id = await Swarm.NodeIdAsync(Worker.Name);
        await Swarm.CreateAsync("drain", Image, OnWorker, "sleep", "313131");
        await Swarm.RunningAsync("drain", 1);

        await Swarm.Docker.OkAsync("node", "update", "--availability", "drain", id);
        await ProcessesEndAsync();
        await Swarm.Docker.OkAsync("node", "update", "--availability", "active", id);

        await Swarm.RunningAsync("drain", 1);
        Assert.Equal(1, await ProcessesAsync());
    }

    [SkippableTheory]
    [InlineData("TERM")]
    [InlineData("KILL")]
    public async Task The_worker_s_restart_keeps_the_identity_and_duplicates_nothing(string signal)
    {
        await OrSkipAsync();
        var id = await Swarm.NodeIdAsync(Worker.Name);
        await Swarm.CreateAsync("again", Image, [.. OnWorker, "--replicas", "2"], "sleep", "313131");
        await Swarm.RunningAsync("again", 2);

        if (signal == "TERM")
        {
            Assert.Equal(0, await Worker.StopAsync());
        }
        else
        {
            await Worker.KillAsync();
        }

        await Worker.StartAsync();
        await Swarm.NodeIsAsync(Worker.Name, "Ready");
        Assert.Equal(id, await Swarm.NodeIdAsync(Worker.Name));
        await FenceAsync();
        await Swarm.RunningAsync("again", 2);
        await Eventually.BecomesAsync(ProcessesAsync, count => count == 2, "each task is one process");
    }

    [SkippableFact]
    public async Task The_manager_s_restart_leaves_processes_alone()
    {
        await OrSkipAsync();
        await Swarm.CreateAsync("stay", Image, [.. OnWorker, "--replicas", "2"], "sleep", "313131");
        var before = await Swarm.RunningAsync("stay", 2);

        await Swarm.Manager.KillAsync();
        await Swarm.Manager.StartAsync();

        await Swarm.NodeIsAsync(Worker.Name, "Ready");
        await FenceAsync();
        var after = await Swarm.RunningAsync("stay", 2);
        Assert.Equal(before.Select(task => task.Id).Order(), after.Select(task => task.Id).Order());
        Assert.Equal(2, await ProcessesAsync());
    }

    [SkippableFact]
    public async Task The_certificate_is_renewed_when_the_root_rotates()
    {
        await OrSkipAsync();
        await Swarm.Docker.OkAsync("swarm", "update", "--cert-expiry", "1h");
        await Swarm.CreateAsync("rotate", Image, OnWorker, "sleep", "313131");
        var before = await Swarm.RunningAsync("rotate", 1);
        var old = await Swarm.TrustRootAsync(Worker.Name);

        await Swarm.Docker.OkAsync("swarm", "ca", "--rotate", "--detach");

        var root = await Swarm.BecomesAsync(
            () => Swarm.Docker.OkAsync("swarm", "ca"), certificate => certificate.Trim() != old, "the root has changed");
        await Swarm.BecomesAsync(
            () => Swarm.TrustRootAsync(Worker.Name), trusted => trusted == root.Trim(), "the worker trusts the new root");

        // The new certificate is what the node comes back with.
        await Worker.RestartAsync();
        await Swarm.NodeIsAsync(Worker.Name, "Ready");
        await FenceAsync();
        Assert.Equal(before[0].Name, Assert.Single(await Swarm.RunningAsync("rotate", 1)).Name);
    }

    [SkippableFact]
    public async Task Leaving_tells_the_manager_and_joining_again_works()
    {
        await OrSkipAsync();
        await Swarm.CreateAsync("bye", Image, OnWorker, "sleep", "313131");
        await Swarm.RunningAsync("bye", 1);

        await ForgetWorkerAsync();

        Assert.Equal(0, await ProcessesAsync());
        await Swarm.JoinAsync(Worker);
        await Swarm.NodeIsAsync(Worker.Name, "Ready");
        await Swarm.RunningAsync("bye", 1);
    }

    [SkippableFact]
    public async Task A_wrong_token_is_refused_in_docker_s_words()
    {
        await OrSkipAsync();
        await ForgetWorkerAsync();
        try
        {
            var token = (await Swarm.Docker.OkAsync("swarm", "join-token", "-q", "worker")).Trim();
            var secret = token[(token.LastIndexOf('-') + 1)..];
            string[] wrong =
                ["swarm", "join", "--token", token.Replace(secret, new string('a', secret.Length)), Swarm.ManagerAddress];
            var refused = await Worker.Docker.RunAsync(wrong);

            Assert.NotEqual(0, refused.ExitCode);
            Assert.Contains("A valid join token is necessary to join this cluster", refused.Error);
        }
        finally
        {
            await Worker.LeaveAsync();
            await Swarm.JoinAsync(Worker);
            await Swarm.NodeIsAsync(Worker.Name, "Ready");
        }
    }

    private async Task ForgetWorkerAsync()
    {
        var id = await Swarm.NodeIdAsync(Worker.Name);
        Assert.Equal("Node left the swarm.\n", await Worker.Docker.OkAsync("swarm", "leave"));
        await Swarm.NodeIsAsync(Worker.Name, "Down");
        await Swarm.Docker.OkAsync("node", "rm", id);
    }

    private async Task<SeenTask> EndedAsync(string service, string state) => Assert.Single(await Swarm.BecomesAsync(
        () => Swarm.TasksAsync(service), seen => seen is [{ } task] && task.Is(state), $"the task of {service} is {state}"));

    // The sandbox has process ids of its own, so everything found is a task's.
    private async Task<int> ProcessesAsync()
    {
        var found = await Worker.RunAsync("bash", "-c", CountSleepers);
        return int.Parse(found.Ok());
    }

    private Task ProcessesEndAsync() => Eventually.BecomesAsync(
        ProcessesAsync, count => count == 0, "no process of a task is left", () => Task.FromResult(Worker.Tail()));

    private async Task FenceAsync()
    {
        await Swarm.CreateAsync("fence", Image, OnWorker, "sleep", "424242");
        await Swarm.RunningAsync("fence", 1);
    }
}
