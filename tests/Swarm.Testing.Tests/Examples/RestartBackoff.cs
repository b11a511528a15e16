using Swarm.Execution;

namespace Swarm.Testing.Tests.Examples;

public sealed class RestartBackoff
{
    [Fact]
    public async Task A_crashing_task_is_restarted_after_the_configured_delay()
    {
        await using var cluster = await SwarmTestCluster.StartAsync(workers: 1);
        var starts = 0;
        cluster.Executor.OnStart("flaky", _ => ValueTask.FromResult<TaskExit?>(new TaskExit(++starts < 3 ? 137 : 0)));

        await cluster.Client.Services.CreateAsync(new ServiceSpec
        {
            Name = "flaky",
            Mode = new ReplicatedJobMode(MaxConcurrent: 1, TotalCompletions: 1),
            TaskTemplate = new TaskSpec
            {
                Workload = new ContainerSpec { Image = "flaky:1" },
                Restart = RestartPolicy.Default with
                {
                    Condition = RestartCondition.OnFailure,
                    Delay = TimeSpan.FromMinutes(1),
                },
            },
        });
        await cluster.SettleAsync();
        Assert.Equal(1, starts);

        await cluster.AdvanceAsync(TimeSpan.FromSeconds(59));
        Assert.Equal(1, starts);

        await cluster.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(2, starts);

        await cluster.ConvergeAsync();
        Assert.Equal(3, starts);
    }
}
