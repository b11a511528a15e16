namespace Swarm.DockerCli.Tests;

/// <summary>What is left to do when managers are lost.</summary>
public sealed class RecoveryTests
{
    [SkippableFact]
    public async Task The_last_manager_of_three_forms_the_swarm_anew_and_its_tasks_run_on()
    {
        await using var managers = await Managers.FormAsync(3, "--autolock");
        var (kept, docker) = (managers[2], managers[2].Docker);
        await Managers.CreateServiceAsync(kept, "web", "--replicas", "3");
        await Managers.RunningAsync(kept, "web", 3);
        var cluster = await ClusterAsync(docker);
        var mine = (await docker.OkAsync("ps", "-q")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var key = await docker.OkAsync("swarm", "unlock-key", "-q");
        await managers[0].KillAsync();
        await managers[1].KillAsync();

        var output = await docker.OkAsync("swarm", "init", "--force-new-cluster");

        Assert.Contains("Swarm initialized: current node", output);
        Assert.Equal(cluster, await ClusterAsync(docker));
        Assert.Equal(key, await docker.OkAsync("swarm", "unlock-key", "-q"));
        await Managers.NodesAsync(
            kept,
            nodes => nodes.Contains("m2 Ready Leader") && nodes.Count(IsWorker) == 2,
            "the others are workers");
        await docker.OkAsync("node", "rm", "--force", "m0", "m1");
        await Managers.RunningAsync(kept, "web", 3);
        Assert.Superset(
            mine.ToHashSet(),
            (await docker.OkAsync("ps", "-q")).Split('\n', StringSplitOptions.RemoveEmptyEntries).ToHashSet());
    }

    [SkippableFact]
    public async Task A_backup_of_a_swarm_at_work_is_restored_as_the_same_swarm()
    {
        await using var managers = await Managers.FormAsync(1);
        var manager = managers[0];
        await Managers.CreateServiceAsync(manager, "web", "--replicas", "2");
        await Managers.RunningAsync(manager, "web", 2);
        var cluster = await ClusterAsync(manager.Docker);
        var file = Path.Combine(manager.Directory, "swarm.backup");

        await SwarmAsync(0, "backup", "--to", file, "-H", manager.Docker.Endpoint);
        await manager.Docker.OkWithInputAsync("later", "config", "create", "later", "-");
        await SwarmAsync(1, "restore", "--from", file, "--state", Path.Combine(manager.Directory, "state"));
        await manager.KillAsync();

        await using var other = await DaemonProcess.StartAsync("--hostname", "other");
        await SwarmAsync(1, "backup", "--to", file + "2", "-H", other.Docker.Endpoint);
        Assert.False(File.Exists(file + "2"));
        await other.TerminateAsync();
        await SwarmAsync(0, "restore", "--from", file, "--state", Path.Combine(other.Directory, "state"));
        await other.RestartAsync();

        Assert.Equal(cluster, await ClusterAsync(other.Docker));
        Assert.DoesNotContain("later", await other.Docker.OkAsync("config", "ls"));
        await Managers.RunningAsync(other, "web", 2);
        await Managers.NodesAsync(other, nodes => nodes is ["other Ready Leader"], "it is the one node");
    }

    private static bool IsWorker(string node) => node.TrimEnd().Split(' ').Length == 2;

    private static async Task<string> ClusterAsync(DockerCli docker) =>
        (await docker.OkAsync("info", "--format", "{{.Swarm.Cluster.ID}}")).Trim();

    private static async Task SwarmAsync(int exitCode, params string[] arguments)
    {
        var result = await ToolCommand.RunAsync("", arguments);
        Assert.True(result.ExitCode == exitCode, result.Error);
    }
}
