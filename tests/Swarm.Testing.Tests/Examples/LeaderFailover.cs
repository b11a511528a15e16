namespace Swarm.Testing.Tests.Examples;

public sealed class LeaderFailover
{
    [Fact]
    public async Task Service_survives_the_loss_of_the_leader()
    {
        await using var cluster = await SwarmTestCluster.StartAsync(managers: 3, seed: 42);
        var web = await cluster.Client.Services.CreateAsync(Specs.Web(6));
        await cluster.SettleAsync();

        var lost = cluster.Leader;
        await lost.CrashAsync();
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(60));

        Assert.NotEqual(lost.Id, cluster.Leader.Id);
        var running = await cluster.Client.Tasks
            .ListAsync(new TaskQuery(ServiceId: web.Id, DesiredState: TaskState.Running))
            .ToListAsync();
        Assert.Equal(6, running.Count);
        Assert.DoesNotContain(running, task => task.NodeId == lost.Id);
    }

    [Fact]
    public async Task A_leader_that_is_cut_off_decides_nothing_any_more_and_learns_what_was_decided_without_it()
    {
        await using var cluster = await SwarmTestCluster.StartAsync(managers: 3, workers: 2);
        var old = cluster.Leader;
        cluster.Network.Isolate(old);
        await cluster.AdvanceUntilAsync(() => cluster.Managers.Any(node => node.IsLeader && node != old));
        await cluster.AdvanceUntilAsync(() => !old.IsLeader);

        await cluster.Client.Services.CreateAsync(Specs.Web(2));
        cluster.Network.Heal();
        await cluster.ConvergeAsync();

        Assert.Equal(2, cluster.Executor.Running.Count);
    }

    [Fact]
    public async Task Without_a_majority_nothing_is_decided_and_tasks_run_on()
    {
        await using var cluster = await SwarmTestCluster.StartAsync(managers: 3, workers: 2);
        await cluster.Client.Services.CreateAsync(Specs.Web(4));
        await cluster.ConvergeAsync();
        foreach (var manager in cluster.Managers.Skip(1))
        {
            await manager.CrashAsync(tasksSurvive: true);
        }

        await cluster.AdvanceAsync(TimeSpan.FromMinutes(5));
        var refusal = await Assert.ThrowsAsync<SwarmException>(
            () => cluster.Client.Services.CreateAsync(Specs.Web(1) with { Name = "more" }));
        Assert.Equal(SwarmErrorCode.NoLeader, refusal.Code);
        Assert.Equal(4, cluster.Executor.Running.Count);

        foreach (var manager in cluster.Managers)
        {
            await manager.RestartAsync();
        }

        await cluster.ConvergeAsync();
        Assert.Equal(4, cluster.Executor.Running.Count);
    }
}
