namespace Swarm.Core.Tests.Orchestration;

public sealed class GlobalScenarios : IDisposable
{
    private readonly OrchestrationFixture _swarm = new();

    public GlobalScenarios()
    {
        _swarm.AddNode("n1", zone: "a");
        _swarm.AddNode("n2", zone: "a");
    }

    public void Dispose() => _swarm.Dispose();

    [Fact]
    public void Scenario_029_every_node_has_one_task()
    {
        _swarm.Start();
        var agent = _swarm.AddService(Specs.Global());
        Assert.Equal(["n1", "n2"], Nodes(agent));
        Assert.All(_swarm.Tasks(agent), task => Assert.Equal(0, task.Slot));

        _swarm.AddNode("n3");
        Assert.Equal(["n1", "n2", "n3"], Nodes(agent));

        _swarm.RemoveNode("n2");
        Assert.Equal(["n1", "n3"], _swarm.Tasks(agent).Select(task => task.NodeId.Value).Order());
    }

    [Fact]
    public void Scenario_030_a_drained_node_loses_its_task_and_gets_one_when_it_is_back()
    {
        _swarm.Start();
        var agent = Running();

        _swarm.SetAvailability("n1", NodeAvailability.Drain);
        Assert.Equal(["n2"], Nodes(agent));
        _swarm.Work();

        _swarm.SetAvailability("n1", NodeAvailability.Active);
        Assert.Equal(["n1", "n2"], Nodes(agent));
        Assert.Equal(3, _swarm.Tasks(agent).Count);
    }

    [Fact]
    public void A_node_that_was_down_gets_a_new_task()
    {
        _swarm.Start();
        var agent = Running();

        _swarm.SetState("n1", NodeState.Down);
        Assert.Equal(["n2"], Nodes(agent));

        _swarm.SetState("n1", NodeState.Ready);
        Assert.Equal(["n1", "n2"], Nodes(agent));
    }

    [Fact]
    public void Scenario_031_tasks_on_paused_nodes_are_not_updated()
    {
        _swarm.Start();
        var agent = Running();
        _swarm.SetAvailability("n1", NodeAvailability.Pause);

        _swarm.Update(agent, spec => spec.WithImage("v2"));
        _swarm.Live(TimeSpan.FromSeconds(10));

        Assert.Equal(
            [("n1", "v1"), ("n2", "v2")],
            _swarm.Runnable(agent).Select(task => (task.NodeId.Value, task.Image())).Order());
    }

    [Fact]
    public void A_node_that_is_no_longer_paused_is_updated_at_the_pace_of_the_rollout()
    {
        _swarm.AddNode("n3");
        _swarm.AddNode("n4");
        _swarm.Start();
        var agent = Running();
        _swarm.SetAvailability("n1", NodeAvailability.Pause);
        _swarm.SetAvailability("n2", NodeAvailability.Pause);
        _swarm.Update(agent, spec => spec.WithImage("v2") with
        {
            Update = new UpdatePolicy { Delay = TimeSpan.FromSeconds(10) },
        });
        _swarm.LiveUntil(() => _swarm.Rollout(agent) == RolloutState.Completed);

        _swarm.SetAvailability("n1", NodeAvailability.Active);
        _swarm.SetAvailability("n2", NodeAvailability.Active);
        _swarm.Live(TimeSpan.FromSeconds(5));
        Assert.Equal(3, _swarm.Runnable(agent).Count(task => task.Image() == "v2"));

        _swarm.Live(TimeSpan.FromSeconds(10));
        Assert.Equal(4, _swarm.Runnable(agent).Count(task => task.Image() == "v2"));
        Assert.Equal(RolloutState.Completed, _swarm.Rollout(agent));
    }

    [Fact]
    public void Scenario_032_stray_tasks_found_at_the_start_are_shut_down()
    {
        _swarm.AddNode("n3", availability: NodeAvailability.Drain);
        var agent = _swarm.AddService(Specs.Global());
        var unknown = AddTask(agent, "gone");
        var drained = AddTask(agent, "n3");
        AddTask(agent, "n1");
        AddTask(agent, "n1");
        AddTask(agent, "n2");

        _swarm.Start();
        _swarm.Live(TimeSpan.FromSeconds(1));

        Assert.Equal(["n1", "n2"], Nodes(agent));
        Assert.Equal(TaskState.Shutdown, _swarm.Task(unknown.Id).DesiredState);
        Assert.Equal(TaskState.Shutdown, _swarm.Task(drained.Id).DesiredState);
        Assert.Equal(5, _swarm.Tasks(agent).Count);
    }

    [Fact]
    public void Scenario_033_a_task_that_fails_where_it_no_longer_belongs_is_not_replaced()
    {
        _swarm.Start();
        var agent = Running(Specs.Global().WithConstraints("node.labels.zone==a"));
        var task = _swarm.Runnable(agent).Single(task => task.NodeId.Value == "n1");

        // The label changes and the task fails in one transaction, so that the failure is what is acted upon.
        _swarm.Change(transaction =>
        {
            var node = transaction.Nodes.Find("n1")!;
            transaction.Update(node with { Spec = node.Spec with { Labels = node.Spec.Labels.With("zone", "b") } });
            var stored = transaction.Tasks.Find(task.Id)!;
            transaction.Update(stored with { Status = stored.Status with { State = TaskState.Failed } });
        });
        _swarm.Live(TimeSpan.FromSeconds(10));

        Assert.Equal(TaskState.Shutdown, _swarm.Task(task.Id).DesiredState);
        Assert.Equal(["n2"], Nodes(agent));
        Assert.Equal(2, _swarm.Tasks(agent).Count);
    }

    [Fact]
    public void A_task_that_fails_on_a_paused_node_is_not_replaced()
    {
        _swarm.Start();
        var agent = Running();
        _swarm.SetAvailability("n1", NodeAvailability.Pause);

        _swarm.Report(_swarm.Runnable(agent).Single(task => task.NodeId.Value == "n1").Id, TaskState.Failed);

        Assert.Equal(["n2"], Nodes(agent));
    }

    [Fact]
    public void A_failed_task_is_replaced_on_its_node_after_the_delay()
    {
        _swarm.Start();
        var agent = Running();
        _swarm.Report(_swarm.Runnable(agent).Single(task => task.NodeId.Value == "n1").Id, TaskState.Failed);

        var replacement = _swarm.Runnable(agent).Single(task => task.NodeId.Value == "n1");
        Assert.Equal(TaskState.Ready, replacement.DesiredState);
        _swarm.Advance(RestartPolicy.DefaultDelay);
        Assert.Equal(TaskState.Running, _swarm.Task(replacement.Id).DesiredState);
    }

    [Fact]
    public void A_deleted_task_comes_back_without_another_event()
    {
        _swarm.Start();
        var agent = Running();

        _swarm.RemoveTask(_swarm.Runnable(agent)[0].Id);

        Assert.Equal(["n1", "n2"], Nodes(agent));
    }

    [Fact]
    public void Attempts_are_counted_per_node()
    {
        _swarm.Start();
        var agent = Running(Specs.Global().WithRestart(new RestartPolicy { MaxAttempts = 1, Delay = TimeSpan.Zero }));
        foreach (var node in (string[])["n1", "n2", "n1"])
        {
            _swarm.Report(_swarm.Runnable(agent).Single(task => task.NodeId.Value == node).Id, TaskState.Failed);
            _swarm.Work();
        }

        Assert.Equal(["n2"], Nodes(agent));
    }

    private ServiceId Running(ServiceSpec? spec = null)
    {
        var agent = _swarm.AddService(spec ?? Specs.Global());
        _swarm.Work();
        return agent;
    }

    private SwarmTask AddTask(ServiceId service, string node) =>
        _swarm.AddTask(service, 0, TaskState.Running, task => task with { NodeId = new NodeId(node) });

    private IEnumerable<string> Nodes(ServiceId service) =>
        _swarm.Runnable(service).Select(task => task.NodeId.Value).Order();
}
