namespace Swarm.Testing.Tests.Examples;

public sealed class Repeatability
{
    [Fact]
    public async Task The_same_seed_gives_the_same_history() =>
        Assert.Equal(await PlayAsync(7), await PlayAsync(7));

    [Fact]
    public async Task Clusters_beside_each_other_share_nothing()
    {
        var alone = await PlayAsync(3);
        var beside = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => PlayAsync(3))));

        Assert.All(beside, history => Assert.Equal(alone, history));
    }

    [Fact]
    public async Task A_failure_names_the_seed_and_how_to_play_it_again()
    {
        await using var cluster = await SwarmTestCluster.StartAsync(seed: 5);

        var failure = await Assert.ThrowsAsync<SwarmTestException>(
            () => cluster.AdvanceUntilAsync(() => false, TimeSpan.FromSeconds(1)));

        Assert.Equal(5, failure.Seed);
        Assert.Contains("SWARM_SEED=5 dotnet test", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<string> PlayAsync(int seed)
    {
        await using var cluster = await SwarmTestCluster.StartAsync(managers: 3, workers: 2, seed);
        cluster.Network.Loss = 0.05;
        await cluster.Client.Services.CreateAsync(Specs.Web(5));
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(3));
        await cluster.Leader.CrashAsync();
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(60));
        return string.Join('\n', cluster.View.Tasks.Select(task => $"{task.Id} {task.NodeId} {task.Version} {task.Status}"));
    }
}
