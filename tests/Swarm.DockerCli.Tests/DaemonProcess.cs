using System.Diagnostics;
using System.Text;

namespace Swarm.DockerCli.Tests;

/// <summary>A daemon as its users start it: a process of its own, with a socket of its own.</summary>
public sealed class DaemonProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);

    private static int _daemons;

    private readonly StringBuilder _log;
    private readonly ProcessStartInfo _start;
    private Process _process;

    private DaemonProcess(
        ProcessStartInfo start,
        Process process,
        StringBuilder log,
        string directory,
        string endpoint)
    {
        _start = start;
        _process = process;
        _log = log;
        Directory = directory;
        Docker = new DockerCli(endpoint);
    }

    public string Directory { get; }

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
        var endpoint = $"unix://{directory}/api.sock";
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "swarm.dll"),
                "daemon", "--api", endpoint, "--state", Path.Combine(directory, "state"),
                "--hostname", "node-1", "--advertise", "127.0.0.1", "--listen", $"{NextLoopbackAddress()}:2377",
            },
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var log = new StringBuilder();
        return new DaemonProcess(start, await LaunchAsync(start, log), log, directory, endpoint);
    }

    /// <summary>Ends the daemon as a crash does, and starts it again with the same directory.</summary>
    public async Task KillAndRestartAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = await LaunchAsync(_start, _log);
    }

    private static async Task<Process> LaunchAsync(ProcessStartInfo start, StringBuilder log)
    {
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) =>
        {
            lock (log)
            {
                log.AppendLine(line.Data);
            }
        };
        process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(StartTimeout);
        var ready = await process.StandardOutput.ReadLineAsync(limit.Token);
        Assert.True(ready == "ready", $"the daemon said '{ready}' and on standard error: {log}");
        return process;
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
            using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
            await kill.WaitForExitAsync();
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
