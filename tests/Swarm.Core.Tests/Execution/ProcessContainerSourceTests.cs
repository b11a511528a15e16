using Swarm.Execution;

namespace Swarm.Core.Tests.Execution;

public sealed class ProcessContainerSourceTests
{
    [SkippableFact]
    public async Task A_running_task_is_listed_as_a_container()
    {
        await using var harness = new ProcessHarness();
        var task = harness.Script("exec sleep 1000", spec => spec with
        {
            Labels = [new("mine", "1"), new("com.docker.swarm.task.id", "forged")],
        });
        var controller = await harness.StartAsync(task);

        var info = Assert.Single(harness.Executor.ListContainers());

        Assert.Equal(64, info.Id.Length);
        Assert.All(info.Id, character => Assert.True(char.IsAsciiHexDigitLower(character)));
        Assert.Equal($"web.3.{task.Id}", info.Name);
        Assert.Equal("host:latest", info.Image);
        Assert.Equal(["/bin/sh", "-c", "exec sleep 1000"], info.CommandLine);
        Assert.Equal(ContainerState.Running, info.State);
        Assert.Equal(new ContainerStatus(info.Id, info.Pid, 0), ((IContainerStatusSource)controller).ContainerStatus);
        Assert.Null(info.Health);
        Assert.Equal("node-1", info.Hostname);
        ValueDictionary<string> labels =
        [
            new("com.docker.swarm.node.id", "node1"),
            new("com.docker.swarm.service.id", "service1"),
            new("com.docker.swarm.service.name", "web"),
            new("com.docker.swarm.task", ""),
            new("com.docker.swarm.task.id", task.Id.Value),
            new("com.docker.swarm.task.name", info.Name),
            new("mine", "1"),
        ];
        Assert.Equal(labels, info.Labels);
    }

    [SkippableFact]
    public async Task Removing_a_running_container_by_force_fails_its_task()
    {
        await using var harness = new ProcessHarness();
        var controller = await harness.StartAsync(harness.Script("exec sleep 1000"));
        var waiting = controller.WaitAsync(ProcessHarness.Timeout);
        var id = Assert.Single(harness.Executor.ListContainers()).Id;

        var refusal = await Assert.ThrowsAsync<SwarmException>(
            () => harness.Executor.RemoveAsync(id, force: false, ProcessHarness.Timeout));
        Assert.Equal(
            $"You cannot remove a running container {id}. Stop the container before attempting removal or force remove",
            refusal.Message);
        await harness.Executor.RemoveAsync(id, force: true, ProcessHarness.Timeout);

        Assert.Equal("task: non-zero exit (137)", (await waiting).Describe());
        Assert.Empty(harness.Executor.ListContainers());
        await controller.RemoveAsync(ProcessHarness.Timeout);
    }

    [SkippableFact]
    public async Task Stopping_and_signalling_a_container_reach_its_process()
    {
        await using var harness = new ProcessHarness();
        var first = await harness.StartAsync(harness.Script("exec sleep 1000"));
        var second = await harness.StartAsync(harness.Script("exec sleep 1000"));
        string[] ids = [Id(first), Id(second)];

        await harness.Executor.SignalAsync(ids[0], "SIGINT", ProcessHarness.Timeout);
        await harness.Executor.StopAsync(ids[1], TimeSpan.Zero, ProcessHarness.Timeout);

        Assert.Equal(130, (await first.WaitAsync(ProcessHarness.Timeout)).ExitCode);
        Assert.Contains((await second.WaitAsync(ProcessHarness.Timeout)).ExitCode, (int[])[137, 143]);
        Assert.Equal(2, harness.Executor.ListContainers().Count(info => info.State == ContainerState.Exited));
        await Assert.ThrowsAsync<SwarmException>(
            () => harness.Executor.SignalAsync(ids[0], "SIGTERM", ProcessHarness.Timeout));

        static string Id(ITaskController controller) =>
            ((IContainerStatusSource)controller).ContainerStatus!.ContainerId;
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_processes_of_a_container_are_listed(bool useCgroups)
    {
        await using var harness = new ProcessHarness(options => options.UseCgroups = useCgroups);
        await harness.StartAsync(harness.Script("sleep 1000 & exec sleep 2000"));
        var info = Assert.Single(harness.Executor.ListContainers());

        await ProcessHarness.UntilAsync(() => Commands() == "sleep 1000, sleep 2000");
        var main = harness.Executor.ListProcesses(info.Id).Single(process => process.Pid == info.Pid);
        Assert.Equal((Environment.UserName, Environment.ProcessId), (main.User, main.ParentPid));
        Assert.InRange(main.StartedAt, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddSeconds(5));

        string Commands() => string.Join(
            ", ",
            harness.Executor.ListProcesses(info.Id)
                .Select(process => process.CommandLine)
                .Order(StringComparer.Ordinal));
    }

    [SkippableFact]
    public async Task An_unknown_container_is_not_found()
    {
        await using var harness = new ProcessHarness();

        var exception = await Assert.ThrowsAsync<SwarmException>(
            () => harness.Executor.RemoveAsync("nosuch", force: true, ProcessHarness.Timeout));

        Assert.Equal((SwarmErrorCode.NotFound, "No such container: nosuch"), (exception.Code, exception.Message));
    }

    [SkippableFact]
    public async Task The_node_is_described()
    {
        await using var harness = new ProcessHarness(options => options.EngineLabels = [new("disk", "ssd")]);

        var description = await harness.Executor.DescribeAsync(ProcessHarness.Timeout);

        Assert.Equal("node-1", description.Hostname);
        Assert.Equal("linux", description.Platform.OperatingSystem);
        Assert.Matches("^(x86_64|aarch64)$", description.Platform.Architecture);
        Assert.Equal(Environment.ProcessorCount * 1_000_000_000L, description.Resources.NanoCpus);
        Assert.InRange(description.Resources.MemoryBytes, 64L << 20, long.MaxValue);
        Assert.Equal("ssd", description.Engine!.Labels["disk"]);
        Assert.NotEmpty(description.Engine.Version);
        Assert.Contains(new EnginePlugin("Network", "overlay"), description.Engine.Plugins);
        Assert.Equal(description, await harness.Executor.DescribeAsync(ProcessHarness.Timeout));
    }

    [SkippableFact]
    public async Task Disposing_the_executor_leaves_no_process_behind()
    {
        var harness = new ProcessHarness();
        var controller = await harness.StartAsync(harness.Script("exec sleep 1000"));
        var pid = ((IContainerStatusSource)controller).ContainerStatus!.Pid;

        await harness.DisposeAsync();

        Assert.False(ProcessHarness.IsAlive($"{pid}"));
    }

    [SkippableFact]
    public async Task Many_tasks_run_side_by_side()
    {
        await using var harness = new ProcessHarness();

        var exits = await Task.WhenAll(Enumerable.Range(0, 50).Select(
            number => harness.RunAsync(harness.Script($"echo {number}; exit {number}"))));

        Assert.Equal(1225, exits.Sum(exit => exit.ExitCode));
    }
}
