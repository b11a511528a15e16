using Swarm.Execution;

namespace Swarm.Testing.Tests.Examples;

public sealed class Updates
{
    private static readonly ServiceSpec Careful = Specs.Web(4) with
    {
        Update = UpdatePolicy.Default with { Parallelism = 2, FailureAction = FailureAction.Rollback },
    };

    [Fact]
    public async Task An_update_to_a_broken_image_is_rolled_back_and_whoever_waits_is_told_why()
    {
        await using var cluster = await SwarmTestCluster.StartAsync(managers: 1, workers: 3);
        cluster.Executor.Script("web:2", InMemoryBehavior.Exit(3));
        var web = await cluster.Client.Services.CreateAsync(Careful);
        await cluster.ConvergeAsync();

        await cluster.Client.Services.UpdateAsync(web.Id, spec => Specs.WithImage(spec, "web:2"));
        var failure = await Assert.ThrowsAsync<SwarmException>(
            async () => await cluster.Client.Services.WaitUntilConvergedAsync(web.Id).LastAsync());

        Assert.Contains("rolled back", failure.Message, StringComparison.Ordinal);
        await cluster.ConvergeAsync();
        Assert.All(cluster.Executor.Running, task => Assert.Equal("web:1", ((ContainerSpec)task.Spec.Workload!).Image));
    }

    [Fact]
    public async Task A_stop_first_update_that_is_interrupted_waits_for_what_still_stops()
    {
        await using var cluster = await SwarmTestCluster.StartAsync(managers: 1, workers: 1);
        cluster.Executor.Script("web:1", new InMemoryBehavior { StopDelay = TimeSpan.FromSeconds(8) });
        var web = await cluster.Client.Services.CreateAsync(Specs.Web(1));
        await cluster.ConvergeAsync();

        await cluster.Client.Services.UpdateAsync(web.Id, spec => Specs.WithImage(spec, "web:2"));
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(1));
        await cluster.Client.Services.UpdateAsync(web.Id, spec => Specs.WithImage(spec, "web:3"));
        var most = 0;
        await cluster.AdvanceUntilAsync(() =>
        {
            most = Math.Max(most, cluster.Executor.Running.Count);
            return cluster.Executor.Running is [{ Spec.Workload: ContainerSpec { Image: "web:3" } }];
        });

        Assert.Equal(1, most);
        await cluster.ConvergeAsync();
    }

    [Fact]
    public async Task An_update_goes_on_where_it_was_when_the_leader_is_lost_halfway()
    {
        await using var cluster = await SwarmTestCluster.StartAsync(new SwarmTestClusterOptions
        {
            Managers = 3,
            Workers = 3,
            ManagerAvailability = NodeAvailability.Drain,
        });
        var started = 0;
        var web = await cluster.Client.Services.CreateAsync(Specs.Web(6) with
        {
            Update = UpdatePolicy.Default with { Delay = TimeSpan.FromSeconds(5) },
        });
        await cluster.ConvergeAsync();

        cluster.Executor.OnStart("web:2", _ =>
        {
            started++;
            return ValueTask.FromResult<TaskExit?>(null);
        });
        await cluster.Client.Services.UpdateAsync(web.Id, spec => Specs.WithImage(spec, "web:2"));
        await cluster.AdvanceUntilAsync(() => started == 3);
        await cluster.Leader.CrashAsync();
        await cluster.ConvergeAsync();

        Assert.Equal(6, started);
    }
}
