using System.Diagnostics;
using System.Text;

namespace Swarm.DockerCli.Tests;

/// <summary>Looks for the value of a secret wherever a manager and a worker leave something behind.</summary>
public sealed class SecretLeakTests : IAsyncLifetime
{
    private const string First = "canary-7d1f03b9-first";
    private const string Second = "canary-7d1f03b9-second";

    private readonly List<DaemonProcess> _daemons = [];

    private DockerCli Docker => _daemons[0].Docker;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var daemon in Enumerable.Reverse(_daemons))
        {
            await daemon.DisposeAsync();
        }
    }

    // R-60, R-61
    [SkippableFact]
    public async Task A_value_is_nowhere_but_in_the_memory_of_its_task()
    {
        await FormAsync();
        using var events = Docker.Start("events", "--format", "{{json .}}");
        var seen = events.StandardOutput.ReadToEndAsync();
        await ReadSecretAsync();
        await AssertNothingShowsItAsync();

        await Rotation.RunAsync(Docker, "secret", "pw", Second);
        await LogHasAsync($"{Second.Length}");
        await AssertNothingShowsItAsync();

        await Docker.OkAsync("service", "rm", "quiet");
        await Eventually.BecomesAsync(
            () => _daemons[1].Docker.OkAsync("ps", "-aq"), text => text.Trim().Length == 0, "the task is gone");
        AssertNoFileHas($"/dev/shm/swarm-{Environment.GetEnvironmentVariable("UID") ?? "0"}");
        events.Kill();
        AssertClean(await seen);
    }

    // R-60
    [SkippableFact]
    public async Task Daemons_that_crash_while_a_task_uses_a_secret_leave_no_dump_of_their_memory()
    {
        await FormAsync();
        Skip.If(await WritesNoDumpAsync(), "the kernel writes no core dumps into working directories here");
        await ReadSecretAsync();

        foreach (var daemon in _daemons)
        {
            await daemon.CrashAsync();
            Assert.Empty(Directory.EnumerateFiles(daemon.Directory, "core*"));
            AssertNoFileHas(daemon.Directory);
        }

        // The task has outlived its node; the next one takes it over and ends it.
        foreach (var daemon in _daemons)
        {
            await daemon.RestartAsync();
        }

        await Eventually.BecomesAsync(
            async () => (await Docker.RunAsync("service", "rm", "quiet")).Output, text => text == "quiet\n", "it is removed");
        await Eventually.BecomesAsync(
            () => _daemons[1].Docker.OkAsync("ps", "-aq"), text => text.Trim().Length == 0, "the task is gone");
    }

    private async Task FormAsync()
    {
        Skip.If(DockerCli.Missing is not null, DockerCli.Missing ?? "");
        _daemons.Add(await DaemonProcess.StartAsync("--hostname", "n0"));
        _daemons.Add(await DaemonProcess.StartAsync("--hostname", "n1"));
        await Docker.OkAsync("swarm", "init", "--advertise-addr", _daemons[0].Address);
        var token = (await Docker.OkAsync("swarm", "join-token", "-q", "worker")).Trim();
        await _daemons[1].Docker.OkAsync(
            "swarm", "join", "--token", token, "--advertise-addr", _daemons[1].Address, $"{_daemons[0].Address}:2377");
    }

    /// <summary>Starts a task on the worker that reads the secret and tells only how long it is.</summary>
    private async Task ReadSecretAsync()
    {
        await Docker.OkWithInputAsync(First, "secret", "create", "pw", "-");
        await Docker.OkAsync(
            "service", "create", "-d", "--name", "quiet", "--no-resolve-image", "--secret", "pw",
            "--constraint", "node.role==worker", "host:latest",
            "sh", "-c", "wc -c < $SWARM_SECRETS_DIR/pw; exec sleep 1000");
        await LogHasAsync($"{First.Length}");
    }

    private Task LogHasAsync(string text) => Eventually.BecomesAsync(
        () => Docker.OkAsync("service", "logs", "quiet"), log => log.Contains(text), $"the task has logged {text}");

    private async Task AssertNothingShowsItAsync()
    {
        var worker = _daemons[1];
        var container = (await worker.Docker.OkAsync("ps", "-q")).Trim();
        string[] shown =
        [
            await Docker.OkAsync("secret", "inspect", "pw"),
            await Docker.OkAsync("service", "inspect", "quiet"),
            await Docker.OkAsync("service", "logs", "--details", "quiet"),
            await Docker.OkAsync("inspect", (await Docker.OkAsync("service", "ps", "-q", "quiet")).Trim().Split('\n')[0]),
            await worker.Docker.OkAsync("inspect", container),
        ];
        Assert.All(shown, AssertClean);
        Assert.Contains("swarm-secrets-sealed", await Docker.OkAsync("info"));
        Assert.True(File.Exists(Path.Combine(_daemons[0].Directory, "state", "secret-keys")));

        var task = (await worker.Docker.OkAsync("inspect", "-f", "{{.State.Pid}}", container)).Trim();
        foreach (var process in _daemons.Select(daemon => $"{daemon.ProcessId}").Append(task))
        {
            AssertClean(await File.ReadAllTextAsync($"/proc/{process}/environ"));
            AssertClean(await File.ReadAllTextAsync($"/proc/{process}/cmdline"));
        }

        foreach (var daemon in _daemons)
        {
            AssertClean(daemon.Log);
            AssertClean(await daemon.Docker.OkAsync("info"));
            AssertNoFileHas(daemon.Directory);
        }
    }

    private static async Task<bool> WritesNoDumpAsync()
    {
        var directory = Directory.CreateTempSubdirectory("swarm-core-");
        try
        {
            var start = new ProcessStartInfo("sh", ["-c", "ulimit -c unlimited; kill -SYS $$"])
            {
                WorkingDirectory = directory.FullName,
            };
            using var process = Process.Start(start)!;
            await process.WaitForExitAsync();
            return directory.GetFiles("core*").Length == 0;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static void AssertClean(string text)
    {
        foreach (var canary in (string[])[First, Second])
        {
            Assert.DoesNotContain(canary, text);
            Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(canary)), text);
        }
    }

    private static void AssertNoFileHas(string directory)
    {
        foreach (var file in Files(directory))
        {
            AssertClean(Encoding.Latin1.GetString(File.ReadAllBytes(file)));
        }
    }

    // Files come and go while they are looked at.
    private static IEnumerable<string> Files(string directory) => Directory.Exists(directory)
        ? Directory.EnumerateFiles(directory, "*", new EnumerationOptions
        {
            RecurseSubdirectories = true,
            IgnoreInaccessible = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
        }).Where(file => new FileInfo(file) is { Exists: true, Length: > 0 })
        : [];
}
