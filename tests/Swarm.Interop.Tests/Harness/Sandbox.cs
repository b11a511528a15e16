using System.Diagnostics;

namespace Swarm.Interop.Tests.Harness;

/// <summary>
/// A machine's own processes, mounts and host name. Its first process lives as long as the pipe to this test run, and the
/// kernel ends the rest with it: whatever happens, no daemon, container or mount outlives a run.
/// </summary>
internal sealed class Sandbox : IAsyncDisposable
{
    // Reading with bash, because as process 1 it also buries the orphans it is given.
    private const string Init = """
        set -e
        hostname "$1"
        mount -t tmpfs -o mode=755 tmpfs /run
        mkdir -p "$2"
        mount -t tmpfs -o mode=755 tmpfs "$2"
        echo up
        while read -r _; do :; done
        """;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    private readonly Process _outer;
    private readonly int _init;

    private Sandbox(Process outer, int init, TestMachine machine, string state)
    {
        _outer = outer;
        _init = init;
        Machine = machine;
        State = state;
    }

    public TestMachine Machine { get; }

    /// <summary>A folder in memory that keeps its content as long as the sandbox lives; not visible outside.</summary>
    public string State { get; }

    public static async Task<Sandbox> StartAsync(TestMachine machine)
    {
        var state = Path.Combine(machine.Folder, "state");
        var start = new ProcessStartInfo(
            "nsenter",
            [
                $"--net=/run/netns/{machine.Namespace}", "--",
                "unshare", "--mount", "--pid", "--uts", "--fork", "--kill-child", "--mount-proc", "--",
                "bash", "-c", Init, "init", machine.Name, state,
            ])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var outer = Process.Start(start)!;
        using var limit = new CancellationTokenSource(StartLimit);
        var up = await outer.StandardOutput.ReadLineAsync(limit.Token);
        Assert.True(up == "up", $"the sandbox of {machine.Name} did not start");
        return new Sandbox(outer, Children(outer.Id).Single(), machine, state);
    }

    /// <summary>Starts a program in the sandbox, its output appended to a log file.</summary>
    public SandboxProcess Start(string log, IReadOnlyList<string> command)
    {
        var process = Process.Start(new ProcessStartInfo(
            "nsenter",
            [
                "--target", $"{_init}", "--mount", "--pid", "--net", "--uts", "--",
                "bash", "-c", "exec \"$@\" </dev/null >>\"$0\" 2>&1", log, .. command,
            ]))!;
        return new SandboxProcess(process, log);
    }

    /// <summary>Runs a command in the sandbox to its end.</summary>
    public Task<CommandResult> RunAsync(params string[] command) =>
        Shell.RunAsync("nsenter", ["--target", $"{_init}", "--mount", "--pid", "--net", "--uts", "--", .. command]);

    public async ValueTask DisposeAsync()
    {
        _outer.StandardInput.Close();
        using var limit = new CancellationTokenSource(StartLimit);
        await _outer.WaitForExitAsync(limit.Token);
        _outer.Dispose();
    }

    internal static int[] Children(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/task/{process}/children");
            return [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
        }
        catch (IOException)
        {
            return [];
        }
    }
}

/// <summary>A program in a sandbox.</summary>
/// <param name="outer">The process that entered the sandbox; it ends when the program does, in the same way.</param>
/// <param name="log">Where the program's output goes.</param>
internal sealed class SandboxProcess(Process outer, string log) : IDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(40);

    public bool HasExited => outer.HasExited;

    /// <summary>The program's process id as seen from outside; null when it is not running.</summary>
    public int? Id => Sandbox.Children(outer.Id) is [var id] ? id : null;

    /// <summary>Sends a signal, by name, and waits for the end.</summary>
    /// <returns>The exit code; 128 and the signal's number when the signal ended it.</returns>
    public async Task<int> EndAsync(string signal)
    {
        if (Id is { } id)
        {
            await Shell.RunAsync("kill", $"-{signal}", $"{id}");
        }

        using var limit = new CancellationTokenSource(StopLimit);
        try
        {
            await outer.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"SIG{signal} did not end the process within {StopLimit.TotalSeconds} s; {Tail()}");
        }

        return outer.ExitCode;
    }

    /// <summary>The end of the log, for failures.</summary>
    public string Tail(int lines = 25) => LogText.Tail(log, lines);

    public void Dispose() => outer.Dispose();
}
