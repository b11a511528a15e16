using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Execution;
using Swarm.Execution.Processes;

namespace Swarm.Core.Tests.Execution;

/// <summary>What a later executor does with the tasks of an earlier one of the same directory.</summary>
public sealed class ProcessAdoptionTests
{
    [SkippableFact]
    public async Task A_task_that_still_runs_keeps_its_process_its_container_and_its_output()
    {
        await using var harness = new ProcessHarness(Keep);
        var gate = harness.PathOf("go");
        var task = harness.Script(
            $"echo before; while [ ! -e {gate} ]; do sleep 0.02; done; echo after; exec sleep 1000");
        var before = Status(await harness.StartAsync(task));
        await harness.Executor.DisposeAsync();

        await using var next = Next(harness);
        var controller = next.CreateController(task, harness.Dependencies);
        await controller.PrepareAsync(ProcessHarness.Timeout);
        await controller.StartAsync(ProcessHarness.Timeout);
        File.WriteAllText(gate, "");

        Assert.Equal(before, Status(controller));
        Assert.Equal(["before\n", "after\n"], await FollowAsync(controller, 2));
        Assert.Equal(before.Pid, Assert.Single(next.ListContainers()).Pid);
        await controller.RemoveAsync(ProcessHarness.Timeout);
        Assert.False(ProcessHarness.IsAlive($"{before.Pid}"));
    }

    [SkippableFact]
    public async Task What_a_task_writes_while_nobody_reads_is_not_lost()
    {
        await using var harness = new ProcessHarness(Keep);
        var task = harness.Script(
            $"while [ ! -e {harness.PathOf("go")} ]; do sleep 0.02; done; seq 1 2000; echo done > {harness.PathOf("done")}; "
            + "exec sleep 1000");
        await harness.StartAsync(task);
        await harness.Executor.DisposeAsync();
        File.WriteAllText(harness.PathOf("go"), "");
        await harness.FileAsync("done");

        await using var next = Next(harness);
        var controller = next.CreateController(task, harness.Dependencies);

        Assert.Equal(Enumerable.Range(1, 2000).Select(number => $"{number}\n"), await FollowAsync(controller, 2000));
    }

    [SkippableFact]
    public async Task The_whole_tree_gets_the_stop_signal_the_grace_period_and_the_kill()
    {
        await using var harness = new ProcessHarness(Keep);
        var task = harness.Script(
            $"trap 'echo stopping > {harness.PathOf("signal")}' TERM; sleep 1000 & echo $! > {harness.PathOf("child")}; "
            + "while :; do wait; done",
            spec => spec with { StopGracePeriod = TimeSpan.FromMilliseconds(300) });
        var pid = Status(await harness.StartAsync(task)).Pid;
        var child = await harness.FileAsync("child");
        await harness.Executor.DisposeAsync();

        await using var next = Next(harness);
        await next.CreateController(task, harness.Dependencies).ShutdownAsync(ProcessHarness.Timeout);

        Assert.Equal("stopping", await harness.FileAsync("signal"));
        Assert.False(ProcessHarness.IsAlive($"{pid}"));
        await ProcessHarness.UntilAsync(() => !ProcessHarness.IsAlive(child));
    }

    [SkippableFact]
    public async Task The_end_of_a_process_of_another_parent_is_a_failure_that_says_its_exit_code_is_unknown()
    {
        await using var harness = new ProcessHarness(Keep);
        var task = harness.Script("exec sleep 1000");
        await harness.StartAsync(task);
        await harness.Executor.DisposeAsync();
        var orphan = await OrphanAsync(harness);
        var records = new ProcessRecords(Folder(harness), NullLogger.Instance);
        var record = records.Load(task.Id)!;
        using var child = Process.GetProcessById(record.Process!.Pid);
        child.Kill();
        records.Save(task.Id, record with { Process = ProcessIdentity.Of(orphan), InCgroup = false });

        await using var next = Next(harness);
        var controller = next.CreateController(task, harness.Dependencies);
        Assert.Equal(orphan, Status(controller).Pid);
        var ended = controller.WaitAsync(ProcessHarness.Timeout);
        File.WriteAllText(harness.PathOf("end"), "");

        Assert.Equal(new TaskExit(255, ProcessContainer.UnknownExit), await ended);
    }

    [SkippableFact]
    public async Task A_process_that_only_has_the_id_of_the_task_is_left_alone_and_the_task_counts_as_failed()
    {
        await using var harness = new ProcessHarness(Keep);
        var task = harness.Script("exec sleep 1000");
        await harness.StartAsync(task);
        await harness.Executor.DisposeAsync();
        var orphan = await OrphanAsync(harness);
        var records = new ProcessRecords(Folder(harness), NullLogger.Instance);
        var record = records.Load(task.Id)!;
        using var child = Process.GetProcessById(record.Process!.Pid);
        child.Kill();
        await ProcessHarness.UntilAsync(() => !ProcessHarness.IsAlive($"{child.Id}"));
        records.Save(task.Id, record with { Process = ProcessIdentity.Of(orphan)! with { StartTicks = 1 } });

        await using var next = Next(harness);
        var controller = next.CreateController(task, harness.Dependencies);

        Assert.Equal(new TaskExit(255, ProcessContainer.UnknownExit), await controller.WaitAsync(ProcessHarness.Timeout));
        Assert.True(ProcessHarness.IsAlive($"{orphan}"));
        File.WriteAllText(harness.PathOf("end"), "");
    }

    [SkippableFact]
    public async Task An_end_that_was_seen_is_known_to_the_next_life()
    {
        await using var harness = new ProcessHarness(Keep);
        var task = harness.Script("echo last words; exit 7");
        await harness.RunAsync(task);
        await harness.Executor.DisposeAsync();

        await using var next = Next(harness);
        var controller = next.CreateController(task, harness.Dependencies);

        Assert.Equal(new TaskExit(7), await controller.WaitAsync(ProcessHarness.Timeout));
        Assert.Equal("last words\n", ProcessHarness.Text(await ProcessHarness.LogsAsync(controller)));
    }

    [SkippableFact]
    public async Task So_is_the_end_of_a_process_that_was_too_quick_to_be_identified()
    {
        await using var harness = new ProcessHarness(Keep);
        var task = harness.Script("exit 7");
        await harness.RunAsync(task);
        await harness.Executor.DisposeAsync();
        var records = new ProcessRecords(Folder(harness), NullLogger.Instance);
        records.Save(task.Id, records.Load(task.Id)! with { Process = null });

        await using var next = Next(harness);
        var controller = next.CreateController(task, harness.Dependencies);

        Assert.Equal(new TaskExit(7), await controller.WaitAsync(ProcessHarness.Timeout));
    }

    [SkippableFact]
    public async Task Ports_stay_reserved()
    {
        await using var harness = new ProcessHarness(Keep);
        using var probe = new Socket(SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Any, 0));
        var number = ((IPEndPoint)probe.LocalEndPoint!).Port;
        probe.Close();
        var endpoint = new ServiceEndpoint
        {
            Ports = [new(80, number, PortProtocol.Tcp, PublishMode.Host)],
        };
        var task = harness.Script("exec sleep 1000") with { Endpoint = endpoint };
        await harness.StartAsync(task);
        await harness.Executor.DisposeAsync();

        await using var next = Next(harness);
        var adopted = next.CreateController(task, harness.Dependencies);
        var other = next.CreateController(
            harness.Script("exec sleep 1000") with { Endpoint = endpoint }, harness.Dependencies);

        Assert.Equal(number, Assert.Single(((IPortStatusSource)adopted).Ports).PublishedPort);
        await other.PrepareAsync(ProcessHarness.Timeout);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => other.StartAsync(ProcessHarness.Timeout));
        Assert.Contains("port is already allocated", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Tasks_that_nobody_knows_are_removed_unless_their_executor_lives()
    {
        await using var harness = new ProcessHarness(Keep);
        var (known, unknown, foreign) =
            (harness.Script("exec sleep 1000"), harness.Script("exec sleep 1000"), harness.Script("exec sleep 1000"));
        var pids = new List<int>();
        foreach (var task in new[] { known, unknown, foreign })
        {
            pids.Add(Status(await harness.StartAsync(task)).Pid);
        }

        await harness.Executor.DisposeAsync();
        var records = new ProcessRecords(Folder(harness), NullLogger.Instance);
        foreach (var task in new[] { known, unknown })
        {
            var record = records.Load(task.Id)!;
            records.Save(task.Id, record with { Owner = record.Owner with { StartTicks = 1 } });
        }

        await using var next = Next(harness);
        await ((ILeftoverSource)next).RemoveLeftoversAsync(new HashSet<TaskId> { known.Id }, ProcessHarness.Timeout);

        Assert.Equal([true, false, true], pids.Select(pid => ProcessHarness.IsAlive($"{pid}")));
        Assert.False(Directory.Exists(Path.Combine(harness.Options.StateDirectory, unknown.Id.Value)));
        foreach (var task in new[] { known, foreign })
        {
            await next.CreateController(task, harness.Dependencies).RemoveAsync(ProcessHarness.Timeout);
        }
    }

    private static void Keep(ProcessExecutorOptions options) => options.StopTasksOnDispose = false;

    private static ProcessExecutor Next(ProcessHarness harness)
    {
        harness.Options.StopTasksOnDispose = true;
        return new ProcessExecutor(harness.Options);
    }

    private static ContainerStatus Status(ITaskController controller) =>
        ((IContainerStatusSource)controller).ContainerStatus!;

    private static Func<TaskId, string> Folder(ProcessHarness harness) =>
        task => Path.Combine(harness.Options.StateDirectory, task.Value);

    private static async Task<List<string>> FollowAsync(ITaskController controller, int count)
    {
        var lines = new List<string>();
        await foreach (var line in ((ITaskLogSource)controller).ReadLogsAsync(
            LogOptions.All with { Follow = true }, ProcessHarness.Timeout))
        {
            lines.Add(ProcessHarness.Text([line]));
            if (lines.Count == count)
            {
                break;
            }
        }

        return lines;
    }

    // A process that ends with success once the file "end" is there or the test is over, and whose parent is not this
    // process.
    private static async Task<int> OrphanAsync(ProcessHarness harness)
    {
        using var parent = Process.Start(
            "/bin/sh",
            ["-c", $"(while [ -d {harness.Directory} ] && [ ! -e {harness.PathOf("end")} ]; do sleep 0.02; done) > /dev/null 2>&1 & "
                + $"echo $! > {harness.PathOf("orphan")}"]);
        await parent.WaitForExitAsync();
        return int.Parse(await harness.FileAsync("orphan"));
    }
}
