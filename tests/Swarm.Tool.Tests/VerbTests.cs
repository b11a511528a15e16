using Swarm.Execution;

namespace Swarm.Tool.Tests;

/// <summary>What the tool says of a swarm, for people and for programs.</summary>
public sealed class VerbTests
{
    private const string Stack = """
        services:
          web:
            image: good:1
            ports: ["8080:80"]
            secrets: [key]
            deploy: {replicas: 3}
          huge:
            image: good:1
            deploy: {resources: {reservations: {cpus: "1000"}}}
        secrets: {key: {file: ./key.txt}}
        """;

    [Fact]
    public async Task A_new_service_is_planned_and_not_created()
    {
        await using var tool = await ToolUnderTest.StartAsync();

        var plan = await tool.RunAsync("plan", "service", "web", "--image", "good:1", "--replicas", "3");

        Assert.Equal((0, ""), (plan.Code, plan.Error));
        Assert.Equal("service web: create (start 3, stop 0)\n  + 3 tasks on node-1\n", plan.Output);
        Assert.Equal(0, await tool.Client.Services.ListAsync().CountAsync());
        var missing = await tool.RunAsync("plan", "service", "web");
        Assert.Equal((1, "swarm plan service: there is no service web; planning a new one needs --image\n"), (missing.Code, missing.Error));
    }

    [Fact]
    public async Task A_change_of_a_service_begins_with_what_it_is()
    {
        await using var tool = await ToolUnderTest.StartAsync();
        var web = await tool.Client.Services.CreateAsync(ToolUnderTest.Spec("web", 2));
        await tool.ConvergeAsync(web.Id);

        Assert.Equal("web: 2 of 2 tasks run\n", (await tool.RunAsync("explain", "web")).Output);
        Assert.Equal("service web: nothing to do\n", (await tool.RunAsync("plan", "service", "web")).Output);
        Assert.Equal(
            "service web: update (start 2, stop 2; 2 replaced step by step)\n  + 2 tasks on node-1\n",
            (await tool.RunAsync("plan", "service", "web", "--image", "good:2")).Output);
        Assert.Equal(
            "service web: update (start 0, stop 1)\n",
            (await tool.RunAsync("plan", "service", "web", "--replicas", "1")).Output);
        var pinned = await tool.RunAsync("plan", "service", "web", "--constraint", "node.labels.zone==a", "--json");
        Assert.Equal(1, pinned.Code);
        Assert.Equal(
            "no suitable node (scheduling constraints not satisfied on 1 node)",
            pinned.Json.GetProperty("Unplaced")[0].GetProperty("Reason").GetString());
        var refused = await tool.RunAsync("plan", "service", "web", "--constraint", "zone");
        Assert.Equal(1, refused.Code);
        Assert.StartsWith("service web: would be refused\n  constraint expected one operator", refused.Output);
    }

    [Fact]
    public async Task A_stack_is_planned_with_all_that_belongs_to_it()
    {
        await using var tool = await ToolUnderTest.StartAsync();
        var file = tool.Write("stack.yml", Stack);
        tool.Write("key.txt", "secret");

        var plan = await tool.RunAsync("plan", "stack", "shop", "-c", file);

        Assert.Equal(1, plan.Code);
        Assert.Equal(
            """
            network shop_default: create
            secret shop_key: create
            service shop_huge: create (start 1, stop 0)
              ! 1 task without a node: no suitable node (insufficient resources on 1 node)
            service shop_web: create (start 3, stop 0)
              + 3 tasks on node-1

            """.ReplaceLineEndings("\n"),
            plan.Output);

        Assert.Equal(0, (await tool.StackAsync("deploy", "--resolve-image", "never", "-c", file, "shop")).Code);
        var smaller = tool.Write("smaller.yml", Stack.Replace("replicas: 3", "replicas: 2")[..Stack.IndexOf("  huge", StringComparison.Ordinal)]
            + "secrets: {key: {file: ./key.txt}}\n");
        var second = await tool.RunAsync("plan", "stack", "shop", "-c", smaller, "--prune", "--json");
        Assert.Equal(0, second.Code);
        var steps = second.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("""{"Kind":"network","Name":"shop_default","Action":"nothing"}""", steps[0]);
        Assert.Equal("""{"Kind":"secret","Name":"shop_key","Action":"update"}""", steps[1]);
        Assert.StartsWith("""{"Kind":"service","Name":"shop_web","Action":"update","Plan":{"Kind":"update",""", steps[2]);
        Assert.Equal("""{"Kind":"service","Name":"shop_huge","Action":"remove"}""", steps[3]);
        Assert.Equal(4, steps.Length);
    }

    [Fact]
    public async Task What_does_not_run_says_why()
    {
        await using var tool = await ToolUnderTest.StartAsync(executor => executor
            .Script("bad:1", InMemoryBehavior.Reject("no such thing")));
        var spec = ToolUnderTest.Spec("pinned", 2);
        var pinned = await tool.Client.Services.CreateAsync(spec with
        {
            TaskTemplate = spec.TaskTemplate with { Placement = new() { Constraints = ["node.labels.zone==a"] } },
        });
        var bad = await tool.Client.Services.CreateAsync(ToolUnderTest.Spec("bad", image: "bad:1"));
        var task = await Eventually(
            async () => await tool.Client.Tasks.ListAsync(new TaskQuery(ServiceId: pinned.Id)).FirstOrDefaultAsync(),
            found => found?.Status.Error.Length > 0);
        await Eventually(
            async () => await tool.Client.Tasks.ListAsync(new TaskQuery(ServiceId: bad.Id)).FirstOrDefaultAsync(),
            found => found?.Status.State == TaskState.Rejected);

        var service = await tool.RunAsync("explain", "pinned");
        Assert.Equal(0, service.Code);
        Assert.StartsWith(
            "pinned: 0 of 2 tasks run; no suitable node (scheduling constraints not satisfied on 1 node)\n\nwaiting\n",
            service.Output);
        Assert.Matches(@"pinned\.1 +\w{12} +pending +scheduler +no suitable node", service.Output);

        var one = await tool.RunAsync("explain", task!.Id.Value, "--json");
        Assert.Equal(
            ("task", "scheduler", "pending"),
            (one.Json.GetProperty("Kind").GetString(),
                one.Json.GetProperty("Task").GetProperty("Cause").GetString(),
                one.Json.GetProperty("Task").GetProperty("State").GetString()));
        Assert.Matches(@"\nfailed\n(.*\n)+bad\.1 .*rejected +ended +no such thing", (await tool.RunAsync("explain", "bad")).Output);
        var nobody = await tool.RunAsync("explain", "nobody");
        Assert.Equal(
            (1, "swarm explain: Error response from daemon: no service and no task is called nobody\n"),
            (nobody.Code, nobody.Error));
    }

    [Fact]
    public async Task Top_shows_nodes_services_and_what_is_on_its_way()
    {
        await using var tool = await ToolUnderTest.StartAsync();
        var web = await tool.Client.Services.CreateAsync(ToolUnderTest.Spec("web", 2));
        await tool.ConvergeAsync(web.Id);
        var spec = ToolUnderTest.Spec("huge");
        var huge = await tool.Client.Services.CreateAsync(spec with
        {
            TaskTemplate = spec.TaskTemplate with
            {
                Resources = new() { Reservations = new() { NanoCpus = 1_000_000_000_000 } },
            },
        });
        await Eventually(
            async () => await tool.Client.Tasks.ListAsync(new TaskQuery(ServiceId: huge.Id)).FirstOrDefaultAsync(),
            found => found?.Status.Error.Length > 0);

        var top = await tool.RunAsync("top", "--once");

        Assert.Equal(0, top.Code);
        Assert.StartsWith("1 of 1 nodes ready, 2 services, 2 tasks running, 1 on their way\n", top.Output);
        Assert.Matches(@"\nnode-1 +ready +active +leader +2\n", top.Output);
        Assert.Matches(@"\nweb +2/2 +good:1\n", top.Output);
        Assert.Matches(@"\nhuge\.1 +\w{12} +pending .*no suitable node \(insufficient resources on 1 node\)\n", top.Output);
        Assert.DoesNotContain('\e', top.Output);
        var json = (await tool.RunAsync("top", "--once", "--json")).Json;
        Assert.Equal(
            (1, 2, 1),
            (json.GetProperty("Nodes").GetArrayLength(),
                json.GetProperty("Services").GetArrayLength(),
                json.GetProperty("Waiting").GetArrayLength()));
    }

    [Theory]
    [InlineData("plan", "service")]
    [InlineData("wait")]
    [InlineData("wait", "web", "--timeout", "soon")]
    [InlineData("explain", "--colour", "web")]
    [InlineData("completion", "tcsh")]
    [InlineData("no-such-verb")]
    public async Task A_wrong_command_line_has_a_code_of_its_own(params string[] arguments)
    {
        var result = await ToolUnderTest.RunAloneAsync(arguments);

        Assert.Equal(2, result.Code);
        Assert.NotEmpty(result.Error);
    }

    [Fact]
    public async Task A_daemon_that_is_not_there_is_a_failure()
    {
        var result = await ToolUnderTest.RunAloneAsync("explain", "web", "--host", "unix:///nowhere.sock");

        Assert.Equal(1, result.Code);
        Assert.Equal(
            "swarm explain: Cannot connect to the Docker daemon at unix:///nowhere.sock. Is the docker daemon running?\n",
            result.Error);
    }

    [Fact]
    public async Task Help_names_every_verb_and_shells_complete_them()
    {
        var help = await ToolUnderTest.RunAloneAsync("--help");
        Assert.Equal(0, help.Code);
        string[] verbs = ["daemon", "stack", "plan", "wait", "explain", "top", "backup", "restore", "secret", "config", "completion"];
        Assert.All(verbs, verb => Assert.Matches($@"\n  {verb} ", help.Output));

        var suggested = await ToolUnderTest.RunAloneAsync("[suggest:9]", "swarm sta");
        Assert.Equal("stack", suggested.Output.Trim());
        var inner = await ToolUnderTest.RunAloneAsync("[suggest:12]", "swarm stack ");
        Assert.Superset(
            new HashSet<string> { "config", "deploy", "ls", "ps", "rm", "services" },
            inner.Output.Split('\n', StringSplitOptions.TrimEntries).ToHashSet());
        foreach (var shell in new[] { "bash", "zsh", "fish" })
        {
            Assert.Contains("[suggest:", (await ToolUnderTest.RunAloneAsync("completion", shell)).Output);
        }
    }

    private static async Task<T> Eventually<T>(Func<Task<T>> ask, Func<T, bool> wanted)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var answer = await ask();
            if (wanted(answer))
            {
                return answer;
            }

            Assert.False(limit.IsCancellationRequested, $"last seen: {answer}");
            await Task.Delay(10);
        }
    }
}
