namespace Swarm.DockerCli.Tests;

/// <summary>Three managers on one machine, each a process of its own.</summary>
public sealed class QuorumTests
{
    [SkippableFact]
    public async Task Every_manager_lists_all_and_takes_changes()
    {
        await using var managers = await Managers.FormAsync(3);

        for (var i = 0; i < managers.All.Count; i++)
        {
            var nodes = await managers[i].Docker.OkAsync(
                "node", "ls", "--format", "{{.Hostname}} {{.Status}} {{.ManagerStatus}}");
            Assert.Equal(
                ["m0 Ready Leader", "m1 Ready Reachable", "m2 Ready Reachable"],
                nodes.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
            await Managers.CreateServiceAsync(managers[i], $"from-{i}");

            // What one manager has acknowledged, every other one knows.
            var next = managers[(i + 1) % managers.All.Count].Docker;
            Assert.Contains($"from-{i}", await next.OkAsync("service", "ls", "--format", "{{.Name}}"));
        }
    }

    [SkippableFact]
    public async Task Scenario_099_a_killed_leader_loses_no_acknowledged_write_and_the_swarm_goes_on()
    {
        await using var managers = await Managers.FormAsync(3);
        await Managers.CreateServiceAsync(managers[1], "before", "--replicas", "3");
        await Managers.RunningAsync(managers[1], "before", 3);
        var acknowledged = new List<string>();
        for (var i = 0; i < 10; i++)
        {
            await ConfigAsync(managers[1 + (i % 2)], $"c{i}", acknowledged);
        }

        await managers[0].KillAsync();
        await Eventually.BecomesAsync(
            async () => (await managers[1].Docker.RunAsync("config", "ls")).ExitCode,
            code => code == 0,
            "another manager leads");
        await ConfigAsync(managers[2], "after", acknowledged);

        await managers[0].RestartAsync();
        foreach (var manager in managers.All)
        {
            var configs = await Eventually.BecomesAsync(
                async () => (await manager.Docker.RunAsync("config", "ls", "--format", "{{.Name}}")).Output.Split('\n'),
                names => acknowledged.TrueForAll(names.Contains),
                "every acknowledged write is there");
            Assert.NotEmpty(configs);
        }

        await Managers.RunningAsync(managers[0], "before", 3);
    }

    [SkippableFact]
    public async Task A_manager_is_demoted_promoted_and_removed_and_all_of_them_survive_a_restart()
    {
        await using var managers = await Managers.FormAsync(3);
        var docker = managers[0].Docker;

        await docker.OkAsync("node", "demote", "m2");
        await Managers.NodesAsync(managers[0], nodes => nodes.Contains("m2 Ready "), "m2 is a worker");
        await WorkerAsync(managers[2]);
        await docker.OkAsync("node", "promote", "m2");
        await Managers.NodesAsync(managers[0], nodes => nodes.Contains("m2 Ready Reachable"), "m2 is a manager again");
        await docker.FailsAsync("is a cluster manager and is a member of the raft cluster", "node", "rm", "m2");

        foreach (var manager in managers.All)
        {
            Assert.Equal(0, await manager.TerminateAsync());
        }

        await Task.WhenAll(managers.All.Select(manager => manager.RestartAsync()));
        await Managers.NodesAsync(
            managers[1],
            nodes => nodes.Count(node => node.EndsWith("Ready Reachable", StringComparison.Ordinal)) == 2
                && nodes.Count(node => node.EndsWith("Ready Leader", StringComparison.Ordinal)) == 1,
            "all three are back");

        await managers[1].Docker.OkAsync("node", "demote", "m0");
        await Managers.NodesAsync(managers[1], nodes => nodes.Contains("m0 Ready "), "m0 is a worker");
        await WorkerAsync(managers[0]);
        await managers[0].Docker.OkAsync("swarm", "leave");
        await Managers.NodesAsync(managers[1], nodes => nodes.Contains("m0 Down "), "m0 is down");
        await managers[1].Docker.OkAsync("node", "rm", "m0");
        await Managers.NodesAsync(managers[2], nodes => nodes.Length == 2, "two nodes are left");
    }

    private static async Task ConfigAsync(DaemonProcess manager, string name, List<string> acknowledged)
    {
        await manager.Docker.OkWithInputAsync("text", "config", "create", name, "-");
        acknowledged.Add(name);
    }

    // The managers know of a demotion before the node itself does.
    private static Task WorkerAsync(DaemonProcess demoted) => Eventually.BecomesAsync(
        async () => (await demoted.Docker.RunAsync("node", "ls")).Error,
        error => error.Contains("Worker nodes can't be used to view or modify cluster state", StringComparison.Ordinal),
        "the demoted node knows that it is a worker");
}
