using Swarm.Execution;

namespace Swarm.Core.Tests.Execution;

public sealed class ProcessHealthTests
{
    private static readonly HealthCheck Quick = new()
    {
        Interval = TimeSpan.FromMilliseconds(20),
        Timeout = TimeSpan.FromSeconds(10),
        Retries = 2,
    };

    [SkippableFact]
    public async Task Starting_takes_until_the_first_check_succeeds()
    {
        await using var harness = new ProcessHarness();
        var well = harness.PathOf("well");
        var controller = harness.Controller(harness.Script("exec sleep 1000", spec => spec with
        {
            HealthCheck = Quick with { Test = ["CMD-SHELL", $"echo checking; test -e {well}"], Retries = 1000 },
        }));
        await controller.PrepareAsync(ProcessHarness.Timeout);
        var starting = controller.StartAsync(ProcessHarness.Timeout);
        await ProcessHarness.UntilAsync(() => Health(harness)?.FailingStreak > 5);
        Assert.False(starting.IsCompleted);
        Assert.Equal("starting", Health(harness)!.Status);

        await File.WriteAllTextAsync(well, "");
        await starting;

        var health = Health(harness)!;
        Assert.Equal(("healthy", 0), (health.Status, health.FailingStreak));
        Assert.Equal(5, health.Log.Count);
        Assert.Equal((0, "checking\n"), (health.Log[^1].ExitCode, health.Log[^1].Output));
    }

    [SkippableFact]
    public async Task A_task_that_never_gets_healthy_is_stopped_and_fails()
    {
        await using var harness = new ProcessHarness();
        var controller = harness.Controller(harness.Script("exec sleep 1000", spec => spec with
        {
            HealthCheck = Quick with { Test = ["CMD", "false"] },
            StopSignal = "KILL",
        }));
        await controller.PrepareAsync(ProcessHarness.Timeout);

        var exception = await Assert.ThrowsAsync<TaskFailedException>(
            () => controller.StartAsync(ProcessHarness.Timeout));

        Assert.Equal("task: non-zero exit (137): dockerexec: unhealthy container", exception.Message);
        Assert.Equal(("unhealthy", 2), (Health(harness)!.Status, Health(harness)!.FailingStreak));
    }

    [SkippableFact]
    public async Task A_task_that_becomes_unhealthy_is_stopped_and_fails_with_its_own_exit_code()
    {
        await using var harness = new ProcessHarness();
        var well = harness.PathOf("well");
        await File.WriteAllTextAsync(well, "");
        var controller = await harness.StartAsync(harness.Script(
            "trap 'exit 7' TERM; while :; do sleep 0.01; done",
            spec => spec with { HealthCheck = Quick with { Test = ["CMD-SHELL", $"test -e {well}"] } }));

        File.Delete(well);
        var exit = await controller.WaitAsync(ProcessHarness.Timeout);

        Assert.Equal("task: non-zero exit (7): dockerexec: unhealthy container", exit.Describe());
    }

    [SkippableFact]
    public async Task Scenario_R54_An_unhealthy_task_tells_that_it_is_to_get_no_more_connections_before_it_is_stopped()
    {
        await using var harness = new ProcessHarness(options => options.DrainDelay = TimeSpan.FromHours(1));
        var well = harness.PathOf("well");
        await File.WriteAllTextAsync(well, "");
        var task = harness.Script(
            "while :; do sleep 0.01; done",
            spec => spec with { HealthCheck = Quick with { Test = ["CMD-SHELL", $"test -e {well}"] } });
        var controller = await harness.StartAsync(task with
        {
            Endpoint = new() { Ports = [new(80, 8_080), new(90, 0, Mode: PublishMode.Host)] },
        });
        var source = (IPortStatusSource)controller;
        Assert.Equal([80, 90], source.Ports.Select(port => port.TargetPort));

        File.Delete(well);
        await source.PortsWithdrawn.WaitAsync(ProcessHarness.Timeout);

        Assert.Equal([90], source.Ports.Select(port => port.TargetPort));
        Assert.Equal(ContainerState.Running, Assert.Single(harness.Executor.ListContainers()).State);
    }

    [SkippableFact]
    public async Task An_unhealthy_task_that_ends_with_0_is_complete()
    {
        await using var harness = new ProcessHarness();
        var controller = harness.Controller(harness.Script(
            "trap 'exit 0' TERM; while :; do sleep 0.01; done",
            spec => spec with
            {
                HealthCheck = Quick with { Test = ["CMD", "false"], Interval = TimeSpan.FromMilliseconds(200) },
            }));
        await controller.PrepareAsync(ProcessHarness.Timeout);

        await controller.StartAsync(ProcessHarness.Timeout);

        Assert.Equal(new TaskExit(0), await controller.WaitAsync(ProcessHarness.Timeout));
    }

    [SkippableFact]
    public async Task The_end_before_the_first_success_is_a_failure()
    {
        await using var harness = new ProcessHarness();
        var controller = harness.Controller(harness.Script("exit 9", spec => spec with
        {
            HealthCheck = Quick with { Test = ["CMD", "true"], Interval = TimeSpan.FromMinutes(1) },
        }));
        await controller.PrepareAsync(ProcessHarness.Timeout);

        var exception = await Assert.ThrowsAsync<TaskFailedException>(
            () => controller.StartAsync(ProcessHarness.Timeout));

        Assert.Equal(new TaskExit(9), exception.Exit);
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_check_that_takes_too_long_is_killed_with_all_it_started(bool useCgroups)
    {
        await using var harness = new ProcessHarness(options => options.UseCgroups = useCgroups);
        var controller = harness.Controller(harness.Script("exec sleep 1000", spec => spec with
        {
            HealthCheck = Quick with
            {
                Test = ["CMD-SHELL", "setsid sleep 1000 & echo $! > $OUT; sleep 1000"],
                Timeout = TimeSpan.FromMilliseconds(500),
                Retries = 1,
            },
            Environment = [new("OUT", harness.PathOf("straggler"))],
        }));
        await controller.PrepareAsync(ProcessHarness.Timeout);

        await Assert.ThrowsAsync<TaskFailedException>(() => controller.StartAsync(ProcessHarness.Timeout));

        var result = Assert.Single(Health(harness)!.Log);
        Assert.Equal((-1, "Health check exceeded timeout (500ms)"), (result.ExitCode, result.Output));
        var straggler = await harness.FileAsync("straggler");
        await ProcessHarness.UntilAsync(() => !ProcessHarness.IsAlive(straggler));
    }

    [SkippableFact]
    public async Task Failures_in_the_start_period_do_not_count()
    {
        await using var harness = new ProcessHarness();
        var controller = harness.Controller(harness.Script("exec sleep 1000", spec => spec with
        {
            HealthCheck = Quick with
            {
                Test = ["CMD-SHELL", "echo x >> $OUT; test $(wc -l < $OUT) -ge 6"],
                Retries = 1,
                StartPeriod = TimeSpan.FromHours(1),
                StartInterval = TimeSpan.FromMilliseconds(10),
                Interval = TimeSpan.FromHours(1),
            },
            Environment = [new("OUT", harness.PathOf("count"))],
        }));
        await controller.PrepareAsync(ProcessHarness.Timeout);

        await controller.StartAsync(ProcessHarness.Timeout);

        Assert.Equal("healthy", Health(harness)!.Status);
        Assert.Equal([1, 1, 1, 1, 0], Health(harness)!.Log.Select(result => result.ExitCode));
    }

    [SkippableFact]
    public async Task A_check_is_taken_from_the_image_unless_the_task_switches_it_off()
    {
        var image = new ProcessImage
        {
            Executable = "sleep",
            Arguments = ["1000"],
            HealthCheck = Quick with { Test = ["CMD", "true"] },
        };
        await using var harness = new ProcessHarness(options => options.Images.Add("sleeper:1", image));

        await harness.StartAsync(harness.NewTask(new() { Image = "sleeper:1" }));
        Assert.Equal("healthy", Health(harness)!.Status);

        await harness.StartAsync(harness.NewTask(
            new() { Image = "sleeper:1", HealthCheck = new() { Test = ["NONE"] } }));
        Assert.Null(Health(harness));
    }

    [SkippableFact]
    public async Task At_most_4096_bytes_of_a_checks_output_are_kept()
    {
        await using var harness = new ProcessHarness();

        await harness.StartAsync(harness.Script("exec sleep 1000", spec => spec with
        {
            HealthCheck = Quick with { Test = ["CMD-SHELL", "seq 1 10000"] },
        }));

        Assert.Equal(4096, Health(harness)!.Log[0].Output.Length);
    }

    private static ContainerHealth? Health(ProcessHarness harness) =>
        harness.Executor.ListContainers() is [var newest, ..] ? newest.Health : null;
}
