using Swarm.Execution;
using Swarm.Execution.Processes;

namespace Swarm.Core.Tests.Execution;

public sealed class ProcessLimitTests
{
    [SkippableFact]
    public async Task A_task_cannot_use_more_memory_than_its_limit()
    {
        await using var harness = new ProcessHarness();
        Skip.If(Missing(harness, new() { MemoryBytes = 1 }), "memory cannot be limited here");

        var exit = await harness.RunAsync(WithLimits(
            harness.Script("x=0123456789abcdef; while :; do x=$x$x; done"), new() { MemoryBytes = 32 << 20 }));

        Assert.Equal(137, exit.ExitCode);
    }

    [SkippableFact]
    public async Task A_task_cannot_have_more_processes_than_its_limit()
    {
        await using var harness = new ProcessHarness();
        Skip.If(Missing(harness, new() { Pids = 1 }), "processes cannot be limited here");

        var output = await harness.OutputAsync(WithLimits(
            harness.Script("for i in 1 2 3 4 5 6 7 8 9; do sleep 1000 & done; echo not reached"),
            new() { Pids = 5 }));

        Assert.DoesNotContain("not reached", output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_task_gets_its_share_of_the_processors()
    {
        await using var harness = new ProcessHarness();
        Skip.If(Missing(harness, new() { NanoCpus = 1_000_000_000 }), "processor time cannot be limited here");

        // A quarter of a processor for every period of 100 ms: the group is throttled at the first full one.
        var task = WithLimits(harness.Script("while :; do :; done"), new() { NanoCpus = 250_000_000 });
        await harness.StartAsync(task);

        await ProcessHarness.UntilAsync(() => ThrottledPeriods(harness, task) > 0);
    }

    [SkippableFact]
    public async Task Limits_that_cannot_be_kept_do_not_keep_a_task_from_running()
    {
        await using var harness = new ProcessHarness(options => options.UseCgroups = false);

        var exit = await harness.RunAsync(WithLimits(
            harness.Script("exit 3"), new() { NanoCpus = 1, MemoryBytes = 1, Pids = 1 }));

        Assert.Equal(3, exit.ExitCode);
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Limits_of_the_process_itself_need_no_cgroup(bool useCgroups)
    {
        await using var harness = new ProcessHarness(options => options.UseCgroups = useCgroups);

        var output = await harness.OutputAsync(harness.Script(
            "ulimit -Sn; ulimit -Hn", spec => spec with { Ulimits = [new("nofile", 100, 200)] }));

        Assert.Equal("100\n200\n", output);
    }

    [SkippableFact]
    public async Task The_first_version_of_cgroups_keeps_a_task_together_as_well()
    {
        var detected = CgroupMounts.Detect();
        Skip.If(detected.Controllers.Count == 0, "no version 1 hierarchy can be written here");
        await using var harness = new ProcessHarness();
        await using var executor = new ProcessExecutor(harness.Options, detected with { Unified = null });
        var task = WithLimits(
            harness.Script(
                "(env -i setsid sh -c 'echo $$ > '$OUT'; exec sleep 1000' &) ; exec sleep 1000",
                spec => spec with { Environment = [new("OUT", harness.PathOf("daemon"))] }),
            new() { Pids = 10 });
        var controller = executor.CreateController(task, harness.Dependencies);
        await controller.StartAsync(ProcessHarness.Timeout);
        var daemon = await harness.FileAsync("daemon");

        await controller.TerminateAsync(ProcessHarness.Timeout);

        await ProcessHarness.UntilAsync(() => !ProcessHarness.IsAlive(daemon));
        Assert.DoesNotContain(
            detected.Controllers.Values, parent => Directory.Exists(Path.Combine(parent, $"{task.Id}")));
    }

    [SkippableFact]
    public async Task Nothing_of_a_tasks_cgroups_stays_behind()
    {
        await using var harness = new ProcessHarness();
        Skip.IfNot(harness.Executor.Cgroups.CanTrack, "no cgroup can be written here");
        var task = WithLimits(
            harness.Script("exit 0", spec => spec with
            {
                HealthCheck = new() { Test = ["CMD", "true"], Interval = TimeSpan.FromMilliseconds(1) },
            }),
            new() { Pids = 10, MemoryBytes = 64 << 20, NanoCpus = 500_000_000 });

        await harness.RunAsync(task);

        Assert.DoesNotContain(
            harness.Executor.Cgroups.Controllers.Values.Append(harness.Executor.Cgroups.Unified),
            parent => parent is not null && Directory.Exists(Path.Combine(parent, $"{task.Id}")));
    }

    private static bool Missing(ProcessHarness harness, ResourceLimits limits)
    {
        var cgroup = TaskCgroup.TryCreate(harness.Executor.Cgroups, $"probe{Environment.ProcessId}");
        try
        {
            return cgroup is null || cgroup.Limit(limits, swapBytes: null).Count > 0;
        }
        finally
        {
            cgroup?.TryRemove();
        }
    }

    private static int ThrottledPeriods(ProcessHarness harness, SwarmTask task)
    {
        var mounts = harness.Executor.Cgroups;
        return mounts.Controllers.Values.Append(mounts.Unified ?? "")
            .Select(parent => Path.Combine(parent, $"{task.Id}", "cpu.stat"))
            .Where(File.Exists)
            .SelectMany(File.ReadAllLines)
            .Where(line => line.StartsWith("nr_throttled ", StringComparison.Ordinal))
            .Sum(line => int.Parse(line.Split(' ')[1]));
    }

    private static SwarmTask WithLimits(SwarmTask task, ResourceLimits limits) =>
        task with { Spec = task.Spec with { Resources = new() { Limits = limits } } };
}
