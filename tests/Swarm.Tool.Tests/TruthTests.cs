using Swarm.Execution;

namespace Swarm.Tool.Tests;

/// <summary>Whoever waits for an update that does not come about is told so, and why: in the API, the client and the tool.</summary>
public sealed class TruthTests
{
    private const string Reason = "task: non-zero exit (3)";

    [Theory]
    [InlineData(FailureAction.Pause, "service update paused: update paused due to failure or early termination of task ")]
    [InlineData(FailureAction.Rollback, "service rolled back: ")]
    public async Task R44_an_update_to_a_failing_image_is_a_failure_for_whoever_waits(
        FailureAction action,
        string text)
    {
        await using var tool = await StartAsync();
        var web = await tool.Client.Services.CreateAsync(ToolUnderTest.Spec("web", 2));
        await tool.ConvergeAsync(web.Id);

        var before = await tool.RunAsync("wait", "web", "--json");
        Assert.Equal((0, "converged"), (before.Code, before.Json.GetProperty("Outcome").GetString()));

        await tool.Client.Services.UpdateAsync(web.Id, spec => WithImage(spec, "bad:1") with
        {
            Update = spec.Update! with { FailureAction = action },
        });
        var fromTool = tool.RunAsync("wait", "web", "--json");
        var fromClient = await Assert.ThrowsAsync<SwarmException>(() => tool.ConvergeAsync(web.Id));
        var result = await fromTool;

        // The client names the state, the failed task and what it said of itself, and so does the tool.
        Assert.Equal(SwarmErrorCode.FailedPrecondition, fromClient.Code);
        Assert.StartsWith(text, fromClient.Message);
        Assert.EndsWith($": {Reason})", fromClient.Message);
        Assert.Equal((1, "failed"), (result.Code, result.Json.GetProperty("Outcome").GetString()));
        Assert.StartsWith(text, result.Json.GetProperty("Error").GetString());
        Assert.EndsWith($": {Reason})", result.Json.GetProperty("Error").GetString());

        // The swarm is back where it was, and the failed task keeps its reason.
        var after = await SettledAsync(tool, web.Id);
        Assert.Equal(action == FailureAction.Pause ? RolloutState.Paused : RolloutState.RollbackCompleted, after.RolloutStatus!.State);
        Assert.Equal(action == FailureAction.Pause ? "bad:1" : "good:1", ImageOf(after.Spec));
        var failed = await tool.Client.Tasks.ListAsync(new TaskQuery(ServiceId: web.Id))
            .Where(task => task.Status.State == TaskState.Failed)
            .ToListAsync();
        Assert.All(failed, task => Assert.Equal(Reason, task.Status.Error));
        Assert.Contains(failed, task => fromClient.Message.Contains(task.Id.Value, StringComparison.Ordinal));
        Assert.Contains(Reason, (await tool.RunAsync("explain", "web")).Output);
    }

    [Theory]
    [InlineData("pause", "service update paused: update paused due to failure or early termination of task ")]
    [InlineData("rollback", "service rolled back: ")]
    public async Task R44_deploying_a_stack_that_fails_ends_with_the_reason_and_a_code(string action, string text)
    {
        await using var tool = await StartAsync();
        string File(string image) => tool.Write("stack.yml", $$"""
            services:
              web:
                image: {{image}}
                deploy:
                  replicas: 2
                  restart_policy: {condition: none}
                  update_config: {monitor: 500ms, failure_action: {{action}}}
            """);
        string[] deploy = ["deploy", "--detach=false", "--resolve-image", "never", "-c"];
        var first = await tool.StackAsync([.. deploy, File("good:1"), "shop"]);
        Assert.True(first.Code == 0, first.Error);

        var second = await tool.StackAsync([.. deploy, File("bad:1"), "shop"]);

        Assert.Equal(1, second.Code);
        Assert.Contains(text, second.Error);
        Assert.Contains($": {Reason})", second.Error);
    }

    [Fact]
    public async Task What_is_not_there_in_time_has_a_code_of_its_own_and_says_what_it_waits_for()
    {
        await using var tool = await StartAsync();
        var spec = ToolUnderTest.Spec("pinned");
        await tool.Client.Services.CreateAsync(spec with
        {
            TaskTemplate = spec.TaskTemplate with { Placement = new() { Constraints = ["node.labels.zone==a"] } },
        });
        await tool.Client.Services.CreateAsync(ToolUnderTest.Spec("web"));

        var result = await tool.RunAsync("wait", "pinned", "web", "--timeout", "3s");

        Assert.Equal(124, result.Code);
        Assert.Equal(
            "swarm wait: pinned: not in time: 0 of 1 tasks run; no suitable node (scheduling constraints not satisfied on 1 node)\n",
            result.Error);
        Assert.Contains("web: 1 of 1 tasks, converged\n", result.Output);
        var unknown = await tool.RunAsync("wait", "nobody", "--timeout", "3s");
        Assert.Equal((1, "swarm wait: Error response from daemon: service nobody not found\n"), (unknown.Code, unknown.Error));
    }

    [Fact]
    public async Task A_job_that_cannot_complete_is_a_failure()
    {
        await using var tool = await StartAsync();
        await tool.Client.Services.CreateAsync(ToolUnderTest.Spec("job", image: "bad:1") with
        {
            Mode = new ReplicatedJobMode(1, 1),
            Update = null,
            Rollback = null,
        });

        var result = await tool.RunAsync("wait", "job");

        Assert.Equal(1, result.Code);
        Assert.Matches($@"^swarm wait: job: job failed: task \w+: {System.Text.RegularExpressions.Regex.Escape(Reason)}\n$", result.Error);
    }

    private static Task<ToolUnderTest> StartAsync() => ToolUnderTest.StartAsync(executor => executor
        .Script("bad:1", InMemoryBehavior.Exit(3)));

    private static ServiceSpec WithImage(ServiceSpec spec, string image) => spec with
    {
        TaskTemplate = spec.TaskTemplate with { Workload = (ContainerSpec)spec.TaskTemplate.Workload! with { Image = image } },
    };

    private static string ImageOf(ServiceSpec spec) => ((ContainerSpec)spec.TaskTemplate.Workload!).Image;

    private static async Task<Service> SettledAsync(ToolUnderTest tool, ServiceId id)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var service = await tool.Client.Services.FindAsync(id.Value);
            if (service.RolloutStatus is { State: not (RolloutState.Updating or RolloutState.RollbackStarted) })
            {
                return service;
            }

            Assert.False(limit.IsCancellationRequested, $"last seen: {service.RolloutStatus}");
            await Task.Delay(10);
        }
    }
}
