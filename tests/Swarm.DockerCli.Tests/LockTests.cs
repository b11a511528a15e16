using System.Globalization;
using System.Text.RegularExpressions;

namespace Swarm.DockerCli.Tests;

/// <summary>Managers that need the unlock key after a restart.</summary>
public sealed class LockTests
{
    [SkippableFact]
    public async Task Scenario_098_a_swarm_that_begins_locked_needs_its_key_after_a_kill_and_then_has_everything()
    {
        await using var managers = await Managers.FormAsync(1, "--autolock");
        var manager = managers[0];
        var key = KeyIn(managers.InitOutput);
        Assert.Equal(key, (await manager.Docker.OkAsync("swarm", "unlock-key", "-q")).Trim());
        await manager.Docker.OkWithInputAsync("text", "config", "create", "kept", "-");

        await manager.KillAsync();
        await manager.RestartAsync();

        await Managers.StateAsync(manager, "locked");
        await manager.Docker.FailsAsync("Swarm is encrypted and needs to be unlocked", "config", "ls");
        await manager.Docker.FailsAsync("This node is already part of a swarm", "swarm", "init");
        await UnlockFailsAsync(manager, "invalid key string", "SWMKEY-1-short");
        await UnlockFailsAsync(manager, "invalid key provided", "SWMKEY-1-" + new string('A', 43));

        await UnlockAsync(manager, key);

        Assert.Contains("kept", await manager.Docker.OkAsync("config", "ls"));
        await UnlockFailsAsync(manager, "swarm is not locked", key);
    }

    [SkippableFact]
    public async Task Every_manager_follows_when_the_key_is_rotated_and_one_that_was_away_starts_with_the_old_key()
    {
        await using var managers = await Managers.FormAsync(3, "--autolock");
        var old = KeyIn(managers.InitOutput);
        Assert.Equal(0, await managers[2].TerminateAsync());
        var rotated = KeyIn(await managers[1].Docker.OkAsync("swarm", "unlock-key", "--rotate"));
        Assert.NotEqual(old, rotated);
        await Eventually.BecomesAsync(
            () => Task.FromResult(KeptUnder(managers[1])), version => version > KeptUnder(managers[2]), "the key is kept");

        await managers[1].KillAsync();
        await managers[1].RestartAsync();
        await managers[2].RestartAsync();
        await UnlockFailsAsync(managers[1], "invalid key provided", old);
        await UnlockAsync(managers[1], rotated);
        await UnlockFailsAsync(managers[2], "invalid key provided", rotated);
        await UnlockAsync(managers[2], old);
        await Managers.NodesAsync(managers[2], nodes => nodes.Count(IsThere) == 3, "all three are there");
        await Eventually.BecomesAsync(
            () => Task.FromResult(KeptUnder(managers[2])),
            version => version >= KeptUnder(managers[1]),
            "the one that was away has the new key");

        await managers[0].Docker.OkAsync("swarm", "update", "--autolock=false");
        await managers[2].Docker.FailsAsync("no unlock key is set", "swarm", "unlock-key");
        foreach (var manager in managers.All)
        {
            await Eventually.BecomesAsync(() => Task.FromResult(IsLocked(manager)), locked => !locked, "it is unlocked");
            Assert.Equal(0, await manager.TerminateAsync());
        }

        await Task.WhenAll(managers.All.Select(manager => manager.RestartAsync()));
        await Managers.NodesAsync(managers[1], nodes => nodes.Count(IsThere) == 3, "all three are back without a key");
    }

    [SkippableFact]
    public async Task A_locked_manager_leaves_by_force_alone_and_takes_its_tasks_with_it()
    {
        Skip.If(DockerCli.Missing is not null, DockerCli.Missing ?? "");
        await using var daemon = await DaemonProcess.StartAsync();
        await daemon.Docker.OkAsync("swarm", "init", "--autolock");
        await Managers.CreateServiceAsync(daemon, "left");
        await Managers.RunningAsync(daemon, "left", 1);
        var container = (await daemon.Docker.OkAsync("ps", "-q")).Trim();
        var process = (await daemon.Docker.OkAsync("inspect", "-f", "{{.State.Pid}}", container)).Trim();

        await daemon.KillAsync();
        await daemon.RestartAsync();
        await Managers.StateAsync(daemon, "locked");
        await daemon.Docker.FailsAsync("Swarm is encrypted and locked", "swarm", "leave");
        await daemon.Docker.OkAsync("swarm", "leave", "--force");

        await Managers.StateAsync(daemon, "inactive");
        await Eventually.BecomesAsync(
            () => Task.FromResult(Directory.Exists($"/proc/{process}")), exists => !exists, "the task has ended");
        await daemon.Docker.OkAsync("swarm", "init");
        await daemon.Docker.FailsAsync("no unlock key is set", "swarm", "unlock-key");
    }

    private static bool IsThere(string node) =>
        node.EndsWith("Ready Leader", StringComparison.Ordinal) || node.EndsWith("Ready Reachable", StringComparison.Ordinal);

    private static string KeyIn(string output) => Regex.Match(output, @"SWMKEY-1-[A-Za-z0-9+/]{43}").Value;

    private static async Task UnlockAsync(DaemonProcess manager, string key)
    {
        await manager.Docker.OkWithInputAsync(key + "\n", "swarm", "unlock");
        await Managers.StateAsync(manager, "active");
    }

    private static async Task UnlockFailsAsync(DaemonProcess manager, string text, string key)
    {
        var result = await manager.Docker.RunAsync(key + "\n", ["swarm", "unlock"]);
        Assert.True(result.ExitCode != 0, result.ToString());
        Assert.Contains(text, result.Error, StringComparison.Ordinal);
    }

    // Which version of the swarm's key the node's own key lies under is written in clear.
    private static ulong KeptUnder(DaemonProcess manager) =>
        ulong.Parse(
            Regex.Match(KeyFile(manager), @"kek-version: (\d+)").Groups[1].Value,
            CultureInfo.InvariantCulture);

    private static bool IsLocked(DaemonProcess manager) => KeyFile(manager).Contains("ENCRYPTED", StringComparison.Ordinal);

    private static string KeyFile(DaemonProcess manager) =>
        File.ReadAllText(Path.Combine(manager.Directory, "state", "swarm", "certificates", "swarm-node.key"));
}
