namespace Swarm.DockerCli.Tests;

public sealed class InactiveNodeTests
{
    [SkippableFact]
    public async Task A_fresh_daemon_is_in_no_swarm_forms_one_and_leaves_it()
    {
        Skip.If(DockerCli.Missing is not null, DockerCli.Missing ?? "");
        await using var daemon = await DaemonProcess.StartAsync();
        var docker = daemon.Docker;

        Assert.Contains("Swarm: inactive", await docker.OkAsync("info"));
        await docker.FailsAsync("This node is not a swarm manager", "node", "ls");
        await docker.FailsAsync("This node is not part of a swarm", "swarm", "leave");
        await docker.FailsAsync("invalid join token", "swarm", "join", "--token", "nonsense", "127.0.0.1:2377");
        await docker.FailsAsync(
            "advertise address must be a non-zero IP address or network interface",
            "swarm", "init", "--advertise-addr", "no-such-interface");

        Assert.Matches(
            @"^Swarm initialized: current node \([0-9a-z]{25}\) is now a manager\.\n\n"
            + @"To add a worker to this swarm, run the following command:\n\n"
            + @"    docker swarm join --token SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25} 127\.0\.0\.1:2377\n",
            await docker.OkAsync("swarm", "init"));
        await docker.FailsAsync("already part of a swarm", "swarm", "init");
        await docker.FailsAsync("You are attempting to leave the swarm", "swarm", "leave");
        Assert.Equal("Node left the swarm.\n", await docker.OkAsync("swarm", "leave", "--force"));
        Assert.Contains("Swarm: inactive", await docker.OkAsync("info"));
        Assert.Equal(0, await daemon.TerminateAsync());
    }

    [SkippableFact]
    public async Task A_daemon_that_leaves_or_ends_takes_its_processes_with_it()
    {
        Skip.If(DockerCli.Missing is not null, DockerCli.Missing ?? "");
        await using var daemon = await DaemonProcess.StartAsync();
        await daemon.Docker.OkAsync("swarm", "init");
        await daemon.Docker.OkAsync("service", "create", "-d", "--no-resolve-image", "--name", "a", "host", "sleep", "987654");
        var pids = await Eventually.BecomesAsync(
            () => Task.FromResult(Pids("987654")),
            found => found.Length == 1,
            "the process runs");

        Assert.Equal(0, await daemon.TerminateAsync());

        Assert.NotEmpty(pids);
        Assert.Empty(Pids("987654"));
    }

    private static int[] Pids(string argument) =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(Path.GetFileName)
            .Where(name => int.TryParse(name, out _))
            .Where(name => CommandLine(name!).EndsWith($"sleep\0{argument}\0", StringComparison.Ordinal))
            .Select(name => int.Parse(name!)),
    ];

    private static string CommandLine(string pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }
}
