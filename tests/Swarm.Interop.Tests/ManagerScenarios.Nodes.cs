using Swarm.Interop.Tests.Harness;

namespace Swarm.Interop.Tests;

/// <summary>Scenarios of nodes that go and come.</summary>
public abstract partial class ManagerScenarios
{
    [SkippableFact]
    public async Task A_node_that_is_cut_off_and_comes_back_duplicates_nothing()
    {
        await OrSkipAsync();
        await Swarm.CreateAsync("island", ["--replicas", $"{Count}"]);
        await Swarm.RunningAsync("island", Count);

        await Network.CutAsync(Last.Machine);
        try
        {
            await Swarm.NodeIsAsync(Last.Name, "Down");
            await Swarm.BecomesAsync(
                () => Swarm.TasksAsync("island"),
                seen => seen.Count(task => task.Runs && task.Node != Last.Name) == Count,
                "all replicas run elsewhere");

            // Nobody could tell it to stop, so it still runs its own.
            Assert.Single(await Last.ContainersAsync("island"));
        }
        finally
        {
            await Network.HealAsync(Last.Machine);
        }

        await Swarm.NodeIsAsync(Last.Name, "Ready");
        await Swarm.BecomesAsync(() => Last.ContainersAsync("island"), ids => ids.Length == 0, "the old container stops");
        await FenceAsync();
        Assert.Equal(Count, (await Swarm.ContainersAsync("island")).Values.Sum(ids => ids.Length));
    }

    [SkippableFact]
    public async Task The_manager_s_restart_leaves_containers_alone()
    {
        await OrSkipAsync();
        Skip.If(Swarm.Manager.IsOurs && !Peers.OurManagerKeepsState, "a manager's state is not kept on disk in this build yet");
        var others = Swarm.Engines.Where(engine => engine != Swarm.Manager).ToArray();
        await Swarm.CreateAsync(
            "stay", ["--replicas", $"{others.Length}", "--constraint", $"node.hostname!={Swarm.Manager.Name}"]);
        await Swarm.RunningAsync("stay", others.Length);
        var before = (await Swarm.ContainersAsync("stay")).Values.SelectMany(ids => ids).Order().ToArray();

        await Swarm.Manager.RestartAsync();

        foreach (var engine in others)
        {
            await Swarm.NodeIsAsync(engine.Name, "Ready");
        }

        await Swarm.RunningAsync("stay", others.Length);
        await FenceAsync();
        Assert.Equal(before, (await Swarm.ContainersAsync("stay")).Values.SelectMany(ids => ids).Order());
    }

    [SkippableFact]
    public async Task A_removed_node_is_shut_out_until_it_joins_again()
    {
        await OrSkipAsync();
        await Swarm.CreateAsync("out", ["--replicas", $"{Count}"]);
        await Swarm.RunningAsync("out", Count);
        var id = await Swarm.NodeIdAsync(Last.Name);

        await Swarm.Docker.OkAsync("node", "rm", "--force", id);

        Assert.DoesNotContain(await Swarm.NodesAsync(), node => node.Text("ID") == id);
        Assert.DoesNotContain(await Swarm.RunningAsync("out", Count), task => task.Node == Last.Name);
        await Swarm.BecomesAsync(
            () => Task.FromResult(LogText.Read(Last.Log)),
            log => log.Contains($"node {id} was removed from swarm", StringComparison.Ordinal),
            "the engine is told that it was removed");
        Assert.DoesNotContain(await Swarm.NodesAsync(), node => node.Text("Hostname") == Last.Name);

        await Last.LeaveAsync();
        await Swarm.JoinAsync(Last);
        await Swarm.NodeIsAsync(Last.Name, "Ready");
        Assert.NotEqual(id, await Swarm.NodeIdAsync(Last.Name));
        await FenceAsync();
    }
}
