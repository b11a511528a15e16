using System.Text;
using Swarm.Execution;
using Swarm.Execution.Processes;

namespace Swarm.Core.Tests.Execution;

/// <summary>Commands beside a task.</summary>
public sealed class ProcessExecTests
{
    private static readonly ValueList<string> Sleep = ["sleep", "1000"];

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_command_has_what_its_task_has_and_an_exit_code_of_its_own(bool useCgroups)
    {
        await using var harness = new ProcessHarness(options => options.UseCgroups = useCgroups);
        var id = await RunAsync(harness, spec => spec with { Environment = [new("A", "1"), new("B", "2")] });

        var result = await ExecAsync(harness, id, Shell("echo $A $B $SWARM_TASK_ID; pwd; echo bad >&2; cat; exit 5") with
        {
            Environment = [new("B", "3"), new("SWARM_TASK_ID", "forged")],
        });

        var info = Assert.Single(harness.Executor.ListContainers());
        Assert.Equal((5, $"1 3 {info.Task.Id}\n{info.WorkingDirectory}\n", "bad\n"), result);
    }

    [SkippableFact]
    public async Task A_command_runs_where_and_as_whom_it_is_told()
    {
        await using var harness = new ProcessHarness();
        var id = await RunAsync(harness);
        var isRoot = Environment.UserName == "root" && UserAccount.Setpriv is not null;

        var (code, output, _) = await ExecAsync(harness, id, Shell("pwd; id -u") with
        {
            WorkingDirectory = "/usr",
            User = isRoot ? "65534:65534" : "",
        });

        Assert.Equal(0, code);
        Assert.StartsWith("/usr\n", output, StringComparison.Ordinal);
        if (isRoot)
        {
            Assert.Equal("/usr\n65534\n", output);
        }
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Input_reaches_the_command_and_its_end_as_well(bool useCgroups)
    {
        await using var harness = new ProcessHarness(options => options.UseCgroups = useCgroups);
        var id = await RunAsync(harness);
        await using var process = await StartAsync(harness, id, Shell("cat; echo end") with { HasInput = true });
        var reading = ReadAsync(process);
        var text = string.Concat(Enumerable.Repeat("0123456789abcde\n", 40_000));

        await process.WriteInputAsync(Encoding.UTF8.GetBytes(text), ProcessHarness.Timeout);
        process.EndInput();

        var (code, output, _) = await reading;
        Assert.Equal(0, code);
        Assert.Equal(text + "end\n", output);
        await Assert.ThrowsAsync<IOException>(
            async () => await process.WriteInputAsync("x"u8.ToArray(), ProcessHarness.Timeout));
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_terminal_has_a_size_and_controls_the_command(bool useCgroups)
    {
        await using var harness = new ProcessHarness(options => options.UseCgroups = useCgroups);
        var id = await RunAsync(harness);
        var spec = Shell("stty size; read line; stty size; echo \"got $line on $TERM\" > /dev/tty") with
        {
            HasInput = true,
            Terminal = new TerminalSize(24, 80),
        };
        await using var process = await StartAsync(harness, id, spec);
        var output = new StringBuilder();

        await foreach (var piece in process.ReadOutputAsync(ProcessHarness.Timeout))
        {
            Assert.Equal(LogStream.Stdout, piece.Stream);
            var isFirst = !output.ToString().Contains('\n', StringComparison.Ordinal);
            output.Append(Encoding.UTF8.GetString(piece.Data.Span));
            if (isFirst && output.ToString().Contains('\n', StringComparison.Ordinal))
            {
                process.Resize(new(30, 100));
                await process.WriteInputAsync("hello\n"u8.ToArray(), ProcessHarness.Timeout);
            }
        }

        Assert.Equal(0, await process.Exited);
        Assert.Equal("24 80\r\nhello\r\n30 100\r\ngot hello on xterm\r\n", output.ToString());
    }

    [SkippableFact]
    public async Task A_slow_reader_gets_everything()
    {
        await using var harness = new ProcessHarness();
        var id = await RunAsync(harness);
        await using var process = await StartAsync(harness, id, Shell("head -c 3000000 /dev/zero"));
        var length = 0;

        await foreach (var piece in process.ReadOutputAsync(ProcessHarness.Timeout))
        {
            length += piece.Data.Length;
            await Task.Yield();
        }

        Assert.Equal((3_000_000, 0), (length, await process.Exited));
    }

    [SkippableFact]
    public async Task Without_a_reader_the_command_runs_on()
    {
        await using var harness = new ProcessHarness();
        var id = await RunAsync(harness);
        var process = await StartAsync(harness, id, Shell("head -c 3000000 /dev/zero; exit 4"));

        await process.DisposeAsync();

        Assert.Equal(4, await process.Exited.WaitAsync(ProcessHarness.Timeout));
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Commands_and_what_they_left_behind_end_with_their_task(bool useCgroups)
    {
        await using var harness = new ProcessHarness(options => options.UseCgroups = useCgroups);
        var controller = await harness.StartAsync(harness.Script("exec sleep 1000"));
        var id = ((IContainerStatusSource)controller).ContainerStatus!.ContainerId;
        var (code, pid, _) = await ExecAsync(
            harness, id, Shell("sleep 2000 > /dev/null 2>&1 & echo $!"));
        await using var process = await StartAsync(harness, id, new() { CommandLine = Sleep });
        Assert.Equal(0, code);
        Assert.True(ProcessHarness.IsAlive(pid.Trim()));

        await controller.TerminateAsync(ProcessHarness.Timeout);

        Assert.Equal(137, await process.Exited.WaitAsync(ProcessHarness.Timeout));
        await ProcessHarness.UntilAsync(() => !ProcessHarness.IsAlive(pid.Trim()));
        var late = await Assert.ThrowsAsync<SwarmException>(
            async () => await StartAsync(harness, id, new() { CommandLine = Sleep }));
        Assert.Equal($"container {id} is not running", late.Message);
    }

    [SkippableTheory]
    [InlineData("nosuch-program", 127, "exec: \"nosuch-program\": executable file not found in $PATH")]
    [InlineData("/nosuch/program", 127, "exec: \"/nosuch/program\": stat /nosuch/program: no such file or directory")]
    [InlineData("/etc/passwd", 126, "exec: \"/etc/passwd\": permission denied")]
    public async Task A_program_that_cannot_be_run_is_told(string program, int code, string message)
    {
        await using var harness = new ProcessHarness();
        var id = await RunAsync(harness);

        var exception = await Assert.ThrowsAsync<ExecStartException>(
            async () => await StartAsync(harness, id, new() { CommandLine = [program] }));

        Assert.Equal((code, message), (exception.ExitCode, exception.Message));
    }

    [SkippableFact]
    public async Task What_cannot_be_had_is_refused()
    {
        await using var harness = new ProcessHarness();
        var id = await RunAsync(harness);

        await RefusedAsync("No exec command specified", new() { CommandLine = [] });
        await RefusedAsync("needs to be an absolute path", Shell("") with { WorkingDirectory = "x" });
        await RefusedAsync("does not exist on this node", Shell("") with { WorkingDirectory = "/no/such" });
        await RefusedAsync("unable to find user nosuch", Shell("") with { User = "nosuch" });
        await RefusedAsync("invalid environment variable", Shell("") with { Environment = [new("", "x")] });

        async Task RefusedAsync(string text, ExecSpec spec)
        {
            var exception = await Assert.ThrowsAsync<SwarmException>(async () => await StartAsync(harness, id, spec));
            Assert.Contains(text, exception.Message, StringComparison.Ordinal);
            Assert.Equal(SwarmErrorCode.InvalidArgument, exception.Code);
        }
    }

    [SkippableFact]
    public async Task Commands_of_a_task_are_counted()
    {
        await using var harness = new ProcessHarness(options => options.UseCgroups = false);
        var id = await RunAsync(harness);
        for (var number = 0; number < ProcessContainer.MaxExecs; number++)
        {
            await StartAsync(harness, id, new() { CommandLine = Sleep });
        }

        var exception = await Assert.ThrowsAsync<SwarmException>(
            async () => await StartAsync(harness, id, new() { CommandLine = Sleep }));

        Assert.Equal(SwarmErrorCode.ResourceExhausted, exception.Code);
    }

    private static async Task<string> RunAsync(ProcessHarness harness, Func<ContainerSpec, ContainerSpec>? spec = null)
    {
        var controller = await harness.StartAsync(harness.Script("exec sleep 1000", spec));
        return ((IContainerStatusSource)controller).ContainerStatus!.ContainerId;
    }

    private static ExecSpec Shell(string script) => new() { CommandLine = ["/bin/sh", "-c", script] };

    private static ValueTask<IExecProcess> StartAsync(ProcessHarness harness, string id, ExecSpec spec) =>
        harness.Executor.StartExecAsync(id, spec, ProcessHarness.Timeout);

    private static async Task<(int Code, string Output, string Error)> ExecAsync(
        ProcessHarness harness, string id, ExecSpec spec)
    {
        await using var process = await StartAsync(harness, id, spec);
        return await ReadAsync(process);
    }

    private static async Task<(int Code, string Output, string Error)> ReadAsync(IExecProcess process)
    {
        var (output, error) = (new StringBuilder(), new StringBuilder());
        await foreach (var piece in process.ReadOutputAsync(ProcessHarness.Timeout))
        {
            (piece.Stream == LogStream.Stderr ? error : output).Append(Encoding.UTF8.GetString(piece.Data.Span));
        }

        return (await process.Exited, output.ToString(), error.ToString());
    }
}
