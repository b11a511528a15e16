namespace Swarm.Core.Tests.Orchestration;

/// <summary>R-49: tasks move to nodes that join or return, gently, and only where they are asked to.</summary>
public sealed class RebalanceTests : IDisposable
{
    private readonly OrchestrationFixture _swarm = new();
    private readonly DateTimeOffset _start;

    public RebalanceTests()
    {
        _swarm.AddNode("n1");
        _swarm.AddNode("n2");
        _swarm.Start();
        _start = _swarm.Now;
    }

    public void Dispose() => _swarm.Dispose();

    [Fact]
    public void R49_tasks_stay_where_they_are_by_default()
    {
        var web = Running(6, null);
        _swarm.AddNode("n3");
        _swarm.Live(TimeSpan.FromMinutes(2));

        Assert.Equal(6, _swarm.Tasks(web).Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void R49_a_new_node_gets_its_share_a_few_tasks_at_a_time(int moves)
    {
        var web = Running(9, moves);
        _swarm.Behaviour = task => (_swarm.Now - task.CreatedAt).TotalSeconds < 3 ? TaskState.Starting : TaskState.Running;

        _swarm.AddNode("n3");
        AssertEvenAfterMoving(web, 9, moves, 3);
    }

    [Fact]
    public void R49_a_node_that_comes_back_gets_its_share()
    {
        _swarm.AddNode("n3");
        var web = Running(6, 1);
        _swarm.SetState("n3", NodeState.Down);
        _swarm.Live(TimeSpan.FromSeconds(20));
        Assert.DoesNotContain(_swarm.Runnable(web), task => task.NodeId.Value == "n3");

        _swarm.SetState("n3", NodeState.Ready);
        AssertEvenAfterMoving(web, 6, 1, 2);
    }

    [Fact]
    public void A_move_that_fails_leaves_the_old_task_and_is_not_repeated_until_a_node_changes()
    {
        var web = Running(4, 1);
        var before = Running(web);
        _swarm.Advance(TimeSpan.FromSeconds(1));
        _swarm.Behaviour = task => task.CreatedAt == _start ? TaskState.Running : TaskState.Failed;

        _swarm.AddNode("n3");
        _swarm.Live(TimeSpan.FromMinutes(2));
        Assert.Equal(before, Running(web));
        Assert.Equal(4, _swarm.Runnable(web).Count);
        Assert.Equal(6, _swarm.Tasks(web).Count);

        _swarm.Behaviour = _ => TaskState.Running;
        _swarm.SetAvailability("n3", NodeAvailability.Pause);
        _swarm.SetAvailability("n3", NodeAvailability.Active);
        _swarm.Live(TimeSpan.FromMinutes(1));
        Assert.Equal(1, _swarm.Runnable(web).Count(task => task.NodeId.Value == "n3"));
    }

    [Fact]
    public void A_move_ends_when_its_replacement_does_not_get_up()
    {
        var web = Running(4, 1);
        _swarm.Advance(TimeSpan.FromSeconds(1));
        _swarm.Behaviour = task => task.CreatedAt == _start ? TaskState.Running : TaskState.Starting;
        _swarm.AddNode("n3");

        _swarm.Live(TimeSpan.FromSeconds(599));
        Assert.Equal(5, _swarm.Runnable(web).Count);
        _swarm.Live(TimeSpan.FromSeconds(5));
        Assert.Equal(4, _swarm.Runnable(web).Count);
    }

    [Fact]
    public void A_change_of_leader_or_an_update_ends_moves_cleanly()
    {
        var web = Running(6, 2);
        _swarm.Behaviour = task => (_swarm.Now - task.CreatedAt).TotalSeconds < 3 ? TaskState.Starting : TaskState.Running;
        _swarm.AddNode("n3");
        _swarm.Live(TimeSpan.FromSeconds(1));
        Assert.Equal(8, _swarm.Runnable(web).Count);

        _swarm.StopLeader();
        _swarm.Start();
        _swarm.Live(TimeSpan.FromSeconds(2));
        _swarm.Update(web, spec => spec.WithImage("v2"));
        _swarm.LiveUntil(() => _swarm.Rollout(web) == RolloutState.Completed);
        _swarm.Live(TimeSpan.FromSeconds(30));

        Assert.Equal(6, _swarm.Runnable(web).Count);
        Assert.All(_swarm.Runnable(web), task => Assert.Equal("v2", task.Image()));
        Assert.All(PerNode(web), count => Assert.Equal(2, count));
    }

    private void AssertEvenAfterMoving(ServiceId web, int replicas, int moves, int share)
    {
        _swarm.LiveUntil(() =>
        {
            Assert.True(_swarm.Runnable(web).Count <= replicas + moves, "too many moves at once");
            Assert.True(Running(web).Length >= replicas, "fewer tasks run than should");
            return PerNode(web).Length == 3 && PerNode(web).All(count => count == share)
                && _swarm.Runnable(web).Count == replicas;
        });
        var after = _swarm.Tasks(web).Count;
        _swarm.Live(TimeSpan.FromMinutes(1));
        Assert.Equal(after, _swarm.Tasks(web).Count);
    }

    private int[] PerNode(ServiceId web) => [.. _swarm.Runnable(web).CountBy(task => task.NodeId).Select(node => node.Value)];

    private TaskId[] Running(ServiceId web) => [.. _swarm.Runnable(web)
        .Where(task => task.Status.State == TaskState.Running)
        .Select(task => task.Id)
        .Order(Comparer<TaskId>.Create((one, other) => string.CompareOrdinal(one.Value, other.Value)))];

    private ServiceId Running(int replicas, int? moves)
    {
        var spec = Specs.Replicated(replicas);
        var web = _swarm.AddService(moves is null
            ? spec
            : spec with { Labels = spec.Labels.With(ServiceLabels.Rebalance, $"{moves}") });
        _swarm.Work();
        return web;
    }
}
