using System.Diagnostics;
using System.Text;

namespace Swarm.DockerCli.Tests;

/// <summary>A daemon as its users start it: a process of its own, with a socket of its own.</summary>
public sealed class DaemonProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);

    private static int _daemons;

    private readonly string[] _arguments;
    private readonly StringBuilder _log = new();
    private Process _process = null!;

    private readonly string? _space;

    private DaemonProcess(string directory, string address, string[] arguments, string? space = null)
    {
        _space = space;
        _arguments = arguments;
        Directory = directory;
        Address = address;
        Docker = new DockerCli($"unix://{directory}/api.sock");
    }

    public string Directory { get; }

    /// <summary>The host that its swarm port is at.</summary>
    public string Address { get; }

    public DockerCli Docker { get; }

    public int ProcessId => _process.Id;

    /// <summary>Standard error so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    public static async Task<DaemonProcess> StartAsync(params string[] arguments)
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("swarm-cli-").FullName;
        var daemon = new DaemonProcess(directory, NextLoopbackAddress(), arguments);
        await daemon.LaunchAsync();
        return daemon;
    }

    /// <summary>Starts one on a machine of its own.</summary>
    /// <param name="space">Path of a network namespace.</param>
    /// <param name="address">An address in it.</param>
    /// <param name="arguments">Further arguments.</param>
    public static async Task<DaemonProcess> StartWithinAsync(string space, string address, params string[] arguments)
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("swarm-cli-").FullName;
        var daemon = new DaemonProcess(directory, address, arguments, space);
        await daemon.LaunchAsync();
        return daemon;
    }

    /// <summary>Starts it again, with the state it had.</summary>
    public Task RestartAsync()
    {
        _process.Dispose();
        return LaunchAsync();
    }

    /// <summary>Ends the process by a signal that .NET leaves to the kernel, which writes a core dump of any size if it may.</summary>
    public async Task CrashAsync()
    {
        using (var limit = Process.Start("prlimit", ["--pid", $"{_process.Id}", "--core=unlimited:unlimited"]))
        {
            await limit.WaitForExitAsync();
        }

        using var signal = Process.Start("kill", ["-SYS", $"{_process.Id}"]);
        await signal.WaitForExitAsync();
        using var wait = new CancellationTokenSource(StopTimeout);
        await _process.WaitForExitAsync(wait.Token);
    }

    /// <summary>Ends the process, which is not asked.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        using var limit = new CancellationTokenSource(StopTimeout);
        await _process.WaitForExitAsync(limit.Token);
    }

    /// <summary>Sends the process a signal, such as <c>STOP</c>.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
    }

    private async Task LaunchAsync()
    {
        var start = new ProcessStartInfo(_space is null ? "dotnet" : "nsenter")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Directory,
        };
        string[] entry = _space is null ? [] : [$"--net={_space}", "dotnet"];
        string[] usual =
        [
            ToolCommand.Program,
            "daemon", "--api", Docker.Endpoint, "--state", Path.Combine(Directory, "state"),
            "--advertise", _space is null ? "127.0.0.1" : Address, "--listen", $"{Address}:2377",
        ];
        string[] name = _arguments.Contains("--hostname") ? [] : ["--hostname", "node-1"];
        foreach (var argument in entry.Concat(usual).Concat(name).Concat(_arguments))
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_log)
            {
                _log.AppendLine(line.Data);
            }
        };
        _process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(StartTimeout);
        var ready = await _process.StandardOutput.ReadLineAsync(limit.Token);
        Assert.True(ready == "ready", $"the daemon said '{ready}' and on standard error: {Log}");
    }

    /// <summary>An address of this machine that no other daemon of this or another test run uses.</summary>
    private static string NextLoopbackAddress() =>
        $"127.{20 + (Environment.ProcessId % 200)}.1.{Interlocked.Increment(ref _daemons)}";

    /// <summary>Asks the daemon to stop, as a service manager does.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> TerminateAsync()
    {
        if (!_process.HasExited)
        {
            await SignalAsync("CONT");
            await SignalAsync("TERM");
        }

        using var limit = new CancellationTokenSource(StopTimeout);
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await TerminateAsync();
        }
        finally
        {
            if (!_process.HasExited)
            {
                _process.Kill(entireProcessTree: true);
            }

            _process.Dispose();
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }
}
