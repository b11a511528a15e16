using Swarm.Execution;

namespace Swarm.Core.Tests.Control;

/// <summary>The whole swarm in one thread under virtual time.</summary>
public sealed class ControlPlaneTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Fact]
    public void A_service_spreads_over_the_nodes_and_converges()
    {
        using var swarm = new SimulatedSwarm(seed: 1, workers: 3);

        var service = swarm.Deploy(Web(6));

        Assert.True(swarm.Reaches(() => swarm.Running(service.Id).Count() == 6, Soon));
        Assert.Equal([2, 2, 2], swarm.Running(service.Id).CountBy(task => task.NodeId).Select(count => count.Value));
        Assert.All(swarm.Workers, worker => Assert.Equal(2, worker.Executor.Running.Count));
    }

    [Fact]
    public void A_crashed_task_is_replaced_in_its_slot_after_the_restart_delay_and_not_before()
    {
        using var swarm = new SimulatedSwarm(seed: 2, workers: 2);
        var service = swarm.Deploy(Web(2));
        Assert.True(swarm.Reaches(() => swarm.Running(service.Id).Count() == 2, Soon));
        var victim = swarm.Running(service.Id).First();

        Assert.True(swarm.Workers.Single(worker => worker.Id == victim.NodeId).Executor.Exit(victim.Id));

        Assert.True(swarm.Reaches(() => Slot(swarm, victim).Any(task => task.Id != victim.Id), Soon));
        var replacement = Slot(swarm, victim).Single(task => task.Id != victim.Id);
        swarm.Advance(RestartPolicy.DefaultDelay - TimeSpan.FromMilliseconds(200));
        Assert.Single(swarm.Running(service.Id));
        Assert.True(swarm.Reaches(() => swarm.Running(service.Id).Count() == 2, Soon));
        Assert.Contains(swarm.Running(service.Id), task => task.Id == replacement.Id);
        Assert.Equal("task: non-zero exit (137)", swarm.Store.Current.Tasks.Find(victim.Id)!.Status.Error);
    }

    [Fact]
    public void A_silent_node_goes_down_and_its_tasks_move()
    {
        using var swarm = new SimulatedSwarm(seed: 3, workers: 3);
        var service = swarm.Deploy(Web(6));
        Assert.True(swarm.Reaches(() => swarm.Running(service.Id).Count() == 6, Soon));
        var lost = swarm.Workers[0].Id;

        swarm.Silence(lost);

        Assert.True(swarm.Reaches(() => NodeOf(swarm, lost).Status.State == NodeState.Down, TimeSpan.FromSeconds(20)));
        Assert.Equal("heartbeat failure", NodeOf(swarm, lost).Status.Message);
        Assert.True(swarm.Reaches(
            () => swarm.Running(service.Id).Count(task => task.NodeId != lost) == 6,
            TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void Removing_a_service_leaves_no_task_anywhere()
    {
        using var swarm = new SimulatedSwarm(seed: 4, workers: 2);
        var service = swarm.Deploy(Web(5));
        Assert.True(swarm.Reaches(() => swarm.Running(service.Id).Count() == 5, Soon));

        swarm.Run(() => swarm.Client.Services.RemoveAsync(service.Id));

        Assert.True(swarm.Reaches(() => swarm.Store.Current.Tasks.Count == 0, TimeSpan.FromSeconds(30)));
        Assert.All(swarm.Workers, worker => Assert.Empty(worker.Executor.Running));
    }

    [Fact]
    public void Equal_seeds_give_equal_histories_and_different_seeds_do_not()
    {
        Assert.Equal(Life(seed: 7), Life(seed: 7));
        Assert.NotEqual(Life(seed: 7), Life(seed: 8));
    }

    private static List<string> Life(int seed)
    {
        using var swarm = new SimulatedSwarm(seed, workers: 3);
        foreach (var (_, executor) in swarm.Workers)
        {
            executor.Script("flaky", InMemoryBehavior.RunForever with { ExitAfter = TimeSpan.FromSeconds(7), ExitCode = 1 });
        }

        var web = swarm.Deploy(Web(4));
        swarm.Deploy(Web(2) with { Name = "flaky" });
        swarm.Advance(TimeSpan.FromSeconds(20));
        swarm.Run(() => swarm.Client.Services.UpdateAsync(web.Id, spec => spec with
        {
            TaskTemplate = spec.TaskTemplate with { ForceUpdate = 1 },
        }));
        swarm.Silence(swarm.Workers[1].Id);
        swarm.Advance(TimeSpan.FromMinutes(1));
        return swarm.History;
    }

    private static IEnumerable<SwarmTask> Slot(SimulatedSwarm swarm, SwarmTask task) =>
        swarm.Store.Current.Tasks.OfSlot(task.ServiceId, task.Slot);

    private static Node NodeOf(SimulatedSwarm swarm, NodeId id) => swarm.Store.Current.Nodes.Find(id.Value)!;

    private static ServiceSpec Web(long replicas) => new()
    {
        Name = "web",
        Mode = new ReplicatedMode(replicas),
        TaskTemplate = new TaskSpec { Workload = new ContainerSpec { Image = "web:1" } },
    };
}
