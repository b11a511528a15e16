using Swarm.Interop.Tests.Harness;

namespace Swarm.Interop.Tests;

/// <summary>Docker manages, our daemon works with its process executor, beside a Docker Engine.</summary>
[Collection(Engines.Collection)]
[Trait("Category", Peers.OurJoin)]
public sealed class OurWorkerTests(OurWorkerSwarm swarm) : IClassFixture<OurWorkerSwarm>, IAsyncLifetime
{
    private const string Image = "host";

    private SwarmUnderTest Swarm => swarm.Swarm!;

    private SwarmDaemon Ours => swarm.Ours!;

    private string[] OnOurs => ["--constraint", $"node.hostname=={Ours.Name}"];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (swarm.Swarm is not null)
        {
            await Swarm.ClearAsync();
            await ProcessesEndAsync();
        }
    }

    [SkippableFact]
    public async Task Our_node_is_listed_as_ready_and_describes_itself()
    {
        await OrSkipAsync();
        var node = Assert.Single(await Swarm.NodesAsync(), node => node.Text("Hostname") == Ours.Name);
        Assert.Equal("Ready", node.Text("Status"));
        Assert.Equal("", node.Text("ManagerStatus"));
        Assert.Equal(await Ours.InfoAsync("{{.ServerVersion}}"), node.Text("EngineVersion"));
        Assert.Equal(await Ours.InfoAsync("{{.Swarm.NodeID}}"), node.Text("ID"));
        Assert.Equal("active false", await Ours.InfoAsync("{{.Swarm.LocalNodeState}} {{.Swarm.ControlAvailable}}"));
        Assert.Equal(
            $"linux {await Swarm.Manager.InfoAsync("{{.Architecture}}")} {Ours.Address}\n",
            await Swarm.Docker.OkAsync(
                "node", "inspect", Ours.Name, "--format",
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
            var answer = await Ours.Docker.RunAsync(command.Split(' '));
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
            [.. OnOurs, "--replicas", "2", "--env", "WHO={{.Service.Name}}-{{.Task.Slot}}-{{.Node.Hostname}}"],
            "sh", "-c", "echo I am $WHO; echo on stderr >&2; exec sleep 313131");

        var tasks = await Swarm.RunningAsync("run", 2);

        Assert.All(tasks, task => Assert.Equal(Ours.Name, task.Node));
        Assert.Equal(2, await ProcessesAsync());
        var logs = await Swarm.BecomesAsync(
            () => Swarm.Docker.RunAsync("service", "logs", "--raw", "run"),
            result => result.Output.Split('\n').Length > 2 && result.Error.Contains("on stderr"),
            "both tasks' logs reach the manager");
        Assert.Equal(
            [$"I am run-1-{Ours.Name}", $"I am run-2-{Ours.Name}"], logs.Output.Trim().Split('\n').Order());

        await Swarm.Docker.OkAsync("service", "scale", "--detach", "run=1");
        await Swarm.RunningAsync("run", 1);
        await Eventually.BecomesAsync(ProcessesAsync, count => count == 1, "one process is left");
    }

    [SkippableFact]
    public async Task Followed_logs_stream()
    {
        await OrSkipAsync();
        await Swarm.CreateAsync(
            "talk", Image, OnOurs, "sh", "-c", "i=0; while :; do i=$((i+1)); echo out $i; sleep 0.2; done");
        await Swarm.RunningAsync("talk", 1);

        using var follow = Swarm.Docker.Start("service", "logs", "--follow", "talk");
        using var limit = new CancellationTokenSource(Eventually.DefaultLimit);
        for (var lines = 0; lines < 10; lines++)
        {
            Assert.Matches(
                $@"^talk\.1\.[0-9a-z]{{12}}@{Ours.Name}    \| out \d+$", await follow.StandardOutput.ReadLineAsync(limit.Token));
        }

        follow.Kill(entireProcessTree: true);
    }

    [SkippableFact]
    public async Task Failures_are_reported_with_exit_code_and_completion_without()
    {
        await OrSkipAsync();
        await Swarm.CreateAsync("fail", Image, [.. OnOurs, "--restart-condition", "none"], "sh", "-c", "exit 3");
        await Swarm.CreateAsync("done", Image, [.. OnOurs, "--restart-condition", "none"], "true");
        await Swarm.CreateAsync("none", "no-such-image:9", [.. OnOurs, "--restart-condition", "none"], "true");

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
            [.. OnOurs, "--secret", "x", "--config", "source=c,target=/run/secrets/c"],
            "sh", "-c", "cat /run/secrets/x && echo && cat /run/secrets/c && exec sleep 313131");

        await Swarm.RunningAsync("told", 1);
        await Swarm.BecomesAsync(
            () => Swarm.Docker.OkAsync("service", "logs", "--raw", "told"),
            text => text == "sesame\nsesame\n" || text == "sesame\nsesame",
            "the task has read both");
    }

    [SkippableFact]
    public async Task Drain_moves_tasks_off_our_node_and_active_brings_them_back()
    {
        await OrSkipAsync();
        await Swarm.CreateAsync("drain", Image, OnOurs, "sleep", "313131");
        await Swarm.RunningAsync("drain", 1);

        await Swarm.Docker.OkAsync("node", "update", "--availability", "drain", Ours.Name);
        await ProcessesEndAsync();
        await Swarm.Docker.OkAsync("node", "update", "--availability", "active", Ours.Name);

        await Swarm.RunningAsync("drain", 1);
        Assert.Equal(1, await ProcessesAsync());
    }

    [SkippableTheory]
    [InlineData("TERM")]
    [InlineData("KILL")]
    public async Task Our_restart_keeps_the_identity_and_duplicates_nothing(string signal)
    {
        await OrSkipAsync();
        var id = await Swarm.NodeIdAsync(Ours.Name);
        await Swarm.CreateAsync("again", Image, [.. OnOurs, "--replicas", "2"], "sleep", "313131");
        await Swarm.RunningAsync("again", 2);

        if (signal == "TERM")
        {
            Assert.Equal(0, await Ours.StopAsync());
        }
        else
        {
            await Ours.KillAsync();
        }

        await Ours.StartAsync();
        await Swarm.NodeIsAsync(Ours.Name, "Ready");
        Assert.Equal(id, await Swarm.NodeIdAsync(Ours.Name));
        await FenceAsync();
        await Swarm.RunningAsync("again", 2);
        await Eventually.BecomesAsync(ProcessesAsync, count => count == 2, "each task is one process");
    }

    [SkippableFact]
    public async Task The_manager_s_restart_leaves_our_processes_alone()
    {
        await OrSkipAsync();
        await Swarm.CreateAsync("stay", Image, [.. OnOurs, "--replicas", "2"], "sleep", "313131");
        var before = await Swarm.RunningAsync("stay", 2);

        await Swarm.Manager.KillAsync();
        await Swarm.Manager.StartAsync();

        await Swarm.NodeIsAsync(Ours.Name, "Ready");
        await FenceAsync();
        var after = await Swarm.RunningAsync("stay", 2);
        Assert.Equal(before.Select(task => task.Id).Order(), after.Select(task => task.Id).Order());
        Assert.Equal(2, await ProcessesAsync());
    }

    [SkippableFact]
    public async Task Our_certificate_is_renewed_when_the_root_rotates()
    {
        await OrSkipAsync();
        await Swarm.Docker.OkAsync("swarm", "update", "--cert-expiry", "1h");
        await Swarm.CreateAsync("rotate", Image, OnOurs, "sleep", "313131");
        var before = await Swarm.RunningAsync("rotate", 1);
        var old = await TrustRootAsync();

        await Swarm.Docker.OkAsync("swarm", "ca", "--rotate", "--detach");

        var root = await Swarm.BecomesAsync(
            () => Swarm.Docker.OkAsync("swarm", "ca"), certificate => certificate.Trim() != old, "the root has changed");
        await Swarm.BecomesAsync(TrustRootAsync, trusted => trusted == root.Trim(), "our node trusts the new root");

        // The new certificate is what the node comes back with.
        await Ours.RestartAsync();
        await Swarm.NodeIsAsync(Ours.Name, "Ready");
        await FenceAsync();
        Assert.Equal(before[0].Name, Assert.Single(await Swarm.RunningAsync("rotate", 1)).Name);
    }

    [SkippableFact]
    public async Task Leaving_tells_the_manager_and_joining_again_works()
    {
        await OrSkipAsync();
        await Swarm.CreateAsync("bye", Image, OnOurs, "sleep", "313131");
        await Swarm.RunningAsync("bye", 1);
        var id = await Swarm.NodeIdAsync(Ours.Name);

        Assert.Equal("Node left the swarm.\n", await Ours.Docker.OkAsync("swarm", "leave"));

        Assert.Equal(0, await ProcessesAsync());
        await Swarm.NodeIsAsync(Ours.Name, "Down");
        await Swarm.Docker.OkAsync("node", "rm", id);
        await Swarm.JoinAsync(Ours);
        await Swarm.NodeIsAsync(Ours.Name, "Ready");
        await Swarm.RunningAsync("bye", 1);
    }

    [SkippableFact]
    public async Task A_wrong_token_is_refused_in_docker_s_words()
    {
        await OrSkipAsync();
        var daemon = await swarm.Engines.OursAsync(1);
        var engine = Swarm.Engines[^1];
        await engine.LeaveAsync();
        try
        {
            var token = (await Swarm.Docker.OkAsync("swarm", "join-token", "-q", "worker")).Trim();
            var secret = token[(token.LastIndexOf('-') + 1)..];
            string[] wrong = ["swarm", "join", "--token", token.Replace(secret, new string('a', secret.Length)), Swarm.ManagerAddress];

            var expected = await engine.Docker.RunAsync(wrong);
            var refused = await daemon.Docker.RunAsync(wrong);

            Assert.NotEqual(0, refused.ExitCode);
            Assert.Equal(expected.Error, refused.Error);
            await daemon.LeaveAsync();
        }
        finally
        {
            await engine.LeaveAsync();
            await Swarm.JoinAsync(engine);
        }
    }

    private static async Task OrSkipAsync()
    {
        await Requirements.OrSkipAsync();
        Peers.OrSkip();
    }

    private async Task<SeenTask> EndedAsync(string service, string state) => Assert.Single(await Swarm.BecomesAsync(
        () => Swarm.TasksAsync(service), seen => seen is [{ } task] && task.Is(state), $"the task of {service} is {state}"));

    private async Task<string> TrustRootAsync() => (await Swarm.Docker.OkAsync(
        "node", "inspect", "--format", "{{.Description.TLSInfo.TrustRoot}}", Ours.Name)).Trim();

    // The sandbox has process ids of its own, so everything found is a task's.
    private async Task<int> ProcessesAsync()
    {
        var found = await Ours.RunAsync("busybox", "pgrep", "-x", "-f", "sleep 313131");
        return found.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
    }

    private Task ProcessesEndAsync() => Eventually.BecomesAsync(
        ProcessesAsync, count => count == 0, "no process of a task is left", () => Task.FromResult(Ours.Tail()));

    private async Task FenceAsync()
    {
        await Swarm.CreateAsync("fence", Image, OnOurs, "sleep", "424242");
        await Swarm.RunningAsync("fence", 1);
    }
}

/// <summary>A swarm of Docker Engines with our daemon as one more worker.</summary>
public sealed class OurWorkerSwarm(Engines engines) : IAsyncLifetime
{
    internal Engines Engines => engines;

    internal SwarmUnderTest? Swarm { get; private set; }

    internal SwarmDaemon? Ours { get; private set; }

    public async Task InitializeAsync()
    {
        if (!Peers.OursCanJoin || await Requirements.MissingAsync() is not null)
        {
            return;
        }

        Swarm = await SwarmUnderTest.FormAsync(engines.Docker[0], [.. engines.Docker.Take(2)]);
        Ours = await engines.OursAsync(0);
        await Swarm.JoinAsync(Ours);
        await Swarm.NodeIsAsync(Ours.Name, "Ready");
    }

    public async Task DisposeAsync()
    {
        if (Ours is not null)
        {
            await Ours.LeaveAsync();
        }

        if (Swarm is not null)
        {
            await Swarm.DissolveAsync();
        }
    }
}
