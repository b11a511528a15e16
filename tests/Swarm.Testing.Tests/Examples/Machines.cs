using Swarm.Execution;

namespace Swarm.Testing.Tests.Examples;

public sealed class Machines
{
    [Fact]
    public async Task Tasks_of_a_lost_node_start_elsewhere_and_the_node_comes_back_to_none()
    {
        await using var cluster = await SwarmTestCluster.StartAsync(managers: 1, workers: 2);
        await cluster.Client.Services.CreateAsync(Specs.Web(6));
        await cluster.ConvergeAsync();
        var worker = cluster.Workers.First();

        await worker.CrashAsync();
        await cluster.ConvergeAsync();
        Assert.Empty(worker.Running);

        await worker.RestartAsync();
        await cluster.ConvergeAsync();
        Assert.Equal(6, cluster.Executor.Running.Count);
    }

    [Fact]
    public async Task Tasks_outlive_the_process_of_their_node()
    {
        await using var cluster = await SwarmTestCluster.StartAsync(managers: 1, workers: 1);
        await cluster.Client.Services.CreateAsync(Specs.Web(4));
        await cluster.ConvergeAsync();
        var before = cluster.Executor.Running.Select(task => task.Id).ToHashSet();

        foreach (var node in cluster.Nodes)
        {
            await node.CrashAsync(tasksSurvive: true);
        }

        await cluster.AdvanceAsync(TimeSpan.FromSeconds(10));
        foreach (var node in cluster.Nodes)
        {
            await node.RestartAsync();
        }

        await cluster.ConvergeAsync();
        Assert.True(before.SetEquals(cluster.Executor.Running.Select(task => task.Id)));
    }

    [Fact]
    public async Task A_clock_that_is_an_hour_wrong_costs_no_task()
    {
        await using var cluster = await SwarmTestCluster.StartAsync(managers: 3, workers: 2);
        await cluster.Client.Services.CreateAsync(Specs.Web(5));
        await cluster.ConvergeAsync();
        var before = cluster.Executor.Running.Select(task => task.Id).ToHashSet();

        cluster.Leader.Clock.Offset = TimeSpan.FromHours(-1);
        cluster.Workers.First().Clock.Offset = TimeSpan.FromHours(1);
        cluster.Workers.Last().Clock.Rate = 1.1;
        await cluster.AdvanceAsync(TimeSpan.FromMinutes(10));

        Assert.True(before.SetEquals(cluster.Executor.Running.Select(task => task.Id)));
    }

    [Fact]
    public async Task A_manager_with_a_slow_disk_holds_up_nobody()
    {
        await using var cluster = await SwarmTestCluster.StartAsync(managers: 3);

        // Of a cluster that has just started one manager may not have caught up; with a slow one there is no majority.
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(1));
        var slow = cluster.Managers.First(node => !node.IsLeader);
        slow.DiskLatency = TimeSpan.FromMilliseconds(500);

        var begin = cluster.Now;
        await cluster.Client.Services.CreateAsync(Specs.Web(1));

        Assert.InRange(cluster.Now - begin, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
        await cluster.ConvergeAsync();
    }

    [Fact]
    public async Task Scripts_say_what_tasks_do_and_explanations_tell_it()
    {
        await using var cluster = await SwarmTestCluster.StartAsync(workers: 1);
        cluster.Executor.OnPrepare("web", _ => throw new TaskRejectedException("No such image: web:1"));
        var web = await cluster.Client.Services.CreateAsync(Specs.Web(1));
        await cluster.SettleAsync();

        var tasks = await cluster.Client.Tasks.ListAsync(new TaskQuery(ServiceId: web.Id)).ToListAsync();
        Assert.Contains(tasks, task => task.Status.State == TaskState.Rejected
            && task.Status.Error.Contains("No such image: web:1", StringComparison.Ordinal));
    }
}
