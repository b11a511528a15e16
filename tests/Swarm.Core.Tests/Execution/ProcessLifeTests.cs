using Swarm.Execution;

namespace Swarm.Core.Tests.Execution;

public sealed class ProcessLifeTests
{
    [SkippableFact]
    public async Task A_task_runs_where_the_state_has_a_relative_path()
    {
        await using var harness = new ProcessHarness(options =>
            options.StateDirectory = Path.GetRelativePath(Environment.CurrentDirectory, options.StateDirectory));

        var output = await harness.OutputAsync(harness.NewTask(new() { Image = "host", Command = ["/bin/pwd"] }));

        Assert.EndsWith("/work\n", output, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("kill -KILL $$", 137)]
    [InlineData("kill -TERM $$", 143)]
    public async Task Scenario_077_and_078_a_task_ends_with_the_exit_code_that_docker_reports(string script, int code)
    {
        await using var harness = new ProcessHarness();

        var exit = await harness.RunAsync(harness.Script(script));

        Assert.Equal(new TaskExit(code), exit);
    }

    [SkippableFact]
    public async Task Scenario_077_every_step_may_be_repeated()
    {
        await using var harness = new ProcessHarness();
        var controller = harness.Controller(harness.Script("echo started >> $OUT; exec sleep 1000", spec => spec with
        {
            Environment = [new("OUT", harness.PathOf("out"))],
        }));

        await controller.PrepareAsync(ProcessHarness.Timeout);
        await controller.PrepareAsync(ProcessHarness.Timeout);
        await controller.StartAsync(ProcessHarness.Timeout);
        await controller.StartAsync(ProcessHarness.Timeout);
        Assert.Equal("started", await harness.FileAsync("out"));
        await controller.ShutdownAsync(ProcessHarness.Timeout);
        await controller.ShutdownAsync(ProcessHarness.Timeout);
        await controller.TerminateAsync(ProcessHarness.Timeout);
        await controller.RemoveAsync(ProcessHarness.Timeout);
        await controller.RemoveAsync(ProcessHarness.Timeout);

        Assert.Empty(harness.Executor.ListContainers());
        Assert.Empty(Directory.GetDirectories(harness.Options.StateDirectory));
    }

    [SkippableFact]
    public async Task A_task_that_never_ran_can_be_stopped_and_removed()
    {
        await using var harness = new ProcessHarness();
        var controller = harness.Controller(harness.Script("exit 0"));

        await controller.ShutdownAsync(ProcessHarness.Timeout);
        await controller.TerminateAsync(ProcessHarness.Timeout);
        await controller.RemoveAsync(ProcessHarness.Timeout);

        Assert.Null(((IContainerStatusSource)controller).ContainerStatus);
    }

    [SkippableFact]
    public async Task Scenario_079_shutdown_sends_the_stop_signal_and_waits_for_the_end()
    {
        await using var harness = new ProcessHarness();
        var controller = await harness.StartAsync(harness.Script(
            "trap 'echo stopped; exit 3' TERM; echo ready > $OUT; while :; do sleep 0.01; done",
            spec => spec with { Environment = [new("OUT", harness.PathOf("out"))] }));
        await harness.FileAsync("out");

        await controller.ShutdownAsync(ProcessHarness.Timeout);

        Assert.Equal(new TaskExit(3), await controller.WaitAsync(ProcessHarness.Timeout));
        Assert.Equal("stopped\n", ProcessHarness.Text(await ProcessHarness.LogsAsync(controller)));
    }

    [SkippableTheory]
    [InlineData("SIGUSR1", "USR1")]
    [InlineData("12", "USR2")]
    [InlineData("quit", "QUIT")]
    public async Task The_stop_signal_may_be_any_name_or_number(string signal, string trapped)
    {
        await using var harness = new ProcessHarness();
        var controller = await harness.StartAsync(harness.Script(
            $"trap 'exit 5' {trapped}; echo ready > $OUT; while :; do sleep 0.01; done",
            spec => spec with { StopSignal = signal, Environment = [new("OUT", harness.PathOf("out"))] }));
        await harness.FileAsync("out");

        await controller.ShutdownAsync(ProcessHarness.Timeout);

        Assert.Equal(5, (await controller.WaitAsync(ProcessHarness.Timeout)).ExitCode);
    }

    [SkippableFact]
    public async Task A_task_that_ignores_the_stop_signal_is_killed_after_the_grace_period()
    {
        await using var harness = new ProcessHarness();
        var controller = await harness.StartAsync(harness.Script(
            "trap '' TERM; echo ready > $OUT; while :; do sleep 0.01; done",
            spec => spec with
            {
                StopGracePeriod = TimeSpan.FromMilliseconds(200),
                Environment = [new("OUT", harness.PathOf("out"))],
            }));
        await harness.FileAsync("out");

        await controller.ShutdownAsync(ProcessHarness.Timeout);

        Assert.Equal(137, (await controller.WaitAsync(ProcessHarness.Timeout)).ExitCode);
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Descendants_that_detached_twice_into_their_own_session_die_with_the_task(bool useCgroups)
    {
        await using var harness = new ProcessHarness(options => options.UseCgroups = useCgroups);
        var controller = await harness.StartAsync(harness.Script(
            "(setsid sh -c 'setsid sleep 1000 & echo $! > $OUT' &) ; exec sleep 1000",
            spec => spec with { Environment = [new("OUT", harness.PathOf("daemon"))] }));
        var daemon = await harness.FileAsync("daemon");
        Assert.True(ProcessHarness.IsAlive(daemon));

        await controller.TerminateAsync(ProcessHarness.Timeout);

        await ProcessHarness.UntilAsync(() => !ProcessHarness.IsAlive(daemon));
        Assert.Equal(137, (await controller.WaitAsync(ProcessHarness.Timeout)).ExitCode);
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_task_left_running_dies_when_its_main_process_ends(bool useCgroups)
    {
        await using var harness = new ProcessHarness(options => options.UseCgroups = useCgroups);

        var exit = await harness.RunAsync(harness.Script(
            "setsid sleep 1000 & echo $! > $OUT; exit 4",
            spec => spec with { Environment = [new("OUT", harness.PathOf("daemon"))] }));

        Assert.Equal(4, exit.ExitCode);
        var daemon = await harness.FileAsync("daemon");
        await ProcessHarness.UntilAsync(() => !ProcessHarness.IsAlive(daemon));
    }

    [SkippableFact]
    public async Task With_a_cgroup_not_even_a_descendant_with_an_empty_environment_escapes()
    {
        await using var harness = new ProcessHarness();
        Skip.IfNot(harness.Executor.Cgroups.CanTrack, "no cgroup can be written here");
        var controller = await harness.StartAsync(harness.Script(
            "(env -i setsid sh -c 'echo $$ > '$OUT'; exec sleep 1000' &) ; exec sleep 1000",
            spec => spec with { Environment = [new("OUT", harness.PathOf("daemon"))] }));
        var daemon = await harness.FileAsync("daemon");

        await controller.TerminateAsync(ProcessHarness.Timeout);

        await ProcessHarness.UntilAsync(() => !ProcessHarness.IsAlive(daemon));
    }

    [SkippableFact]
    public async Task Two_tasks_do_not_touch_each_other()
    {
        await using var harness = new ProcessHarness();
        var first = await harness.StartAsync(harness.Script("exec sleep 1000"));
        var second = await harness.StartAsync(harness.Script("exec sleep 1000"));

        await first.TerminateAsync(ProcessHarness.Timeout);

        var status = ((IContainerStatusSource)second).ContainerStatus!;
        Assert.True(ProcessHarness.IsAlive($"{status.Pid}"));
        Assert.Equal(64, status.ContainerId.Length);
    }
}
