namespace Swarm.Core.Tests.Orchestration;

public sealed class ReplicatedScenarios : IDisposable
{
    private readonly OrchestrationFixture _swarm = new();

    public void Dispose() => _swarm.Dispose();

    [Fact]
    public void Scenario_001_a_service_that_exists_before_the_start_gets_its_tasks()
    {
        var web = _swarm.AddService(Specs.Replicated(2));

        _swarm.Start();

        Assert.Equal([1, 2], _swarm.Tasks(web).Select(task => task.Slot));
        Assert.All(_swarm.Tasks(web), task =>
        {
            Assert.Equal(TaskState.New, task.Status.State);
            Assert.Equal(TaskState.Running, task.DesiredState);
            Assert.Equal("created", task.Status.Message);
            Assert.Equal("web", task.ServiceAnnotations.Name);
        });
    }

    [Fact]
    public void Tasks_of_one_version_share_spec_and_annotations()
    {
        var web = _swarm.AddService(Specs.Replicated(2));
        _swarm.Start();
        _swarm.Change(transaction =>
        {
            var service = transaction.Services.Find(web.Value)!;
            transaction.Update(service with { Endpoint = new ServiceEndpoint() });
        });
        _swarm.RemoveTask(_swarm.Tasks(web)[0].Id);

        var (first, second) = (_swarm.Tasks(web)[0], _swarm.Tasks(web)[1]);

        Assert.Same(first.Spec, second.Spec);
        Assert.Same(first.ServiceAnnotations, second.ServiceAnnotations);
        Assert.Same(_swarm.Service(web).Spec.TaskTemplate, first.Spec);
    }

    [Fact]
    public void Scenario_002_scaling_up_adds_slots_and_scaling_down_removes_the_surplus()
    {
        _swarm.AddNode("n1");
        var web = _swarm.AddService(Specs.Replicated(2));
        _swarm.Start();
        _swarm.Work();

        _swarm.Update(web, spec => spec.WithReplicas(4));

        Assert.Equal([1, 2, 3, 4], _swarm.Runnable(web).Select(task => task.Slot));
        _swarm.Work();

        _swarm.Update(web, spec => spec.WithReplicas(1));

        Assert.Equal(1, _swarm.Only(web).Slot);
        Assert.Equal(3, _swarm.Tasks(web).Count(task => task.DesiredState == TaskState.Remove));
    }

    [Fact]
    public void Scenario_003_a_deleted_task_is_replaced_in_its_slot()
    {
        var web = _swarm.AddService(Specs.Replicated(3));
        _swarm.Start();
        var second = _swarm.Tasks(web)[1];

        _swarm.RemoveTask(second.Id);

        Assert.Equal([1, 2, 3], _swarm.Tasks(web).Select(task => task.Slot));
        Assert.NotEqual(second.Id, _swarm.Tasks(web)[1].Id);
    }

    [Fact]
    public void Scenario_004_an_unassigned_task_is_the_first_to_go()
    {
        _swarm.AddNode("n1");
        var web = _swarm.AddService(Specs.Replicated(6));
        foreach (var slot in Enumerable.Range(1, 7))
        {
            _swarm.AddTask(web, slot, TaskState.Running, task => slot == 3
                ? task with { Status = task.Status with { State = TaskState.Pending } }
                : task with { NodeId = new NodeId("n1") });
        }

        _swarm.Start();

        Assert.Equal([1, 2, 4, 5, 6, 7], _swarm.Runnable(web).Select(task => task.Slot));
        Assert.Equal(3, Assert.Single(_swarm.Tasks(web), task => task.DesiredState == TaskState.Remove).Slot);
    }

    [Fact]
    public void Scenario_005_crowded_nodes_and_tasks_that_do_not_run_lose_first()
    {
        var web = _swarm.AddService(Specs.Replicated(6));
        string[] places = ["n1", "n2", "n2", "n3", "n3", "n3"];
        foreach (var node in places.Distinct())
        {
            _swarm.AddNode(node);
        }

        for (var i = 0; i < places.Length; i++)
        {
            var node = places[i];
            var state = node == "n1" ? TaskState.Starting : TaskState.Running;
            _swarm.AddTask(web, i + 1, state, task => task with { NodeId = new NodeId(node) });
        }

        _swarm.Start();

        _swarm.Update(web, spec => spec.WithReplicas(4));
        Assert.Equal([1, 2, 3, 4], _swarm.Runnable(web).Select(task => task.Slot).Order());

        _swarm.Update(web, spec => spec.WithReplicas(2));
        Assert.Equal([2, 4], _swarm.Runnable(web).Select(task => task.Slot).Order());
    }

    [Theory]
    [InlineData(TaskState.Rejected)]
    [InlineData(TaskState.Failed)]
    public void Scenario_006_a_dead_task_found_at_the_start_is_replaced(TaskState state)
    {
        var web = _swarm.AddService(Specs.Replicated(1));
        var dead = _swarm.AddTask(web, 1, state);

        _swarm.Start();

        Assert.Equal(TaskState.Shutdown, _swarm.Task(dead.Id).DesiredState);
        var replacement = _swarm.Only(web);
        Assert.Equal((1, TaskState.Ready), (replacement.Slot, replacement.DesiredState));

        _swarm.Advance(RestartPolicy.DefaultDelay);
        Assert.Equal(TaskState.Running, _swarm.Task(replacement.Id).DesiredState);
    }

    [Fact]
    public void Scenario_007_a_task_on_a_down_node_is_not_waited_for()
    {
        _swarm.AddNode("n1", NodeState.Down);
        var web = _swarm.AddService(Specs.Replicated(1));
        _swarm.AddTask(web, 1, TaskState.Running, task => task with { NodeId = new NodeId("n1") });

        _swarm.Start();
        var replacement = _swarm.Only(web);
        Assert.Equal(TaskState.Ready, replacement.DesiredState);

        _swarm.Advance(RestartPolicy.DefaultDelay);
        Assert.Equal(TaskState.Running, _swarm.Task(replacement.Id).DesiredState);
    }

    [Fact]
    public void Scenario_008_a_new_leader_waits_only_for_what_is_left_of_a_delay()
    {
        var web = _swarm.AddService(Specs.Replicated(1));
        var task = _swarm.AddTask(web, 1, TaskState.Ready, ready => ready with { DesiredState = TaskState.Ready });
        _swarm.Advance(TimeSpan.FromSeconds(3));

        _swarm.Start();
        _swarm.Advance(TimeSpan.FromSeconds(1.9));
        Assert.Equal(TaskState.Ready, _swarm.Task(task.Id).DesiredState);

        _swarm.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(TaskState.Running, _swarm.Task(task.Id).DesiredState);
    }

    [Fact]
    public void Scenario_009_tasks_leave_nodes_that_are_drained_down_or_removed()
    {
        string[] nodes = ["drain", "down", "removed", "pause", "healthy"];
        var web = _swarm.AddService(Specs.Replicated(nodes.Length));
        var tasks = new Dictionary<string, TaskId>();
        foreach (var node in nodes)
        {
            _swarm.AddNode(node);
            tasks[node] = _swarm.AddTask(
                web,
                tasks.Count + 1,
                TaskState.Running,
                task => task with { NodeId = new NodeId(node) }).Id;
        }

        _swarm.Start();
        _swarm.SetAvailability("drain", NodeAvailability.Drain);
        _swarm.SetState("down", NodeState.Down);
        _swarm.RemoveNode("removed");
        _swarm.SetAvailability("pause", NodeAvailability.Pause);
        _swarm.SetState("healthy", NodeState.Disconnected);

        Assert.All(["drain", "down", "removed"], node =>
            Assert.Equal(TaskState.Shutdown, _swarm.Task(tasks[node]).DesiredState));
        Assert.All(["pause", "healthy"], node =>
            Assert.Equal(TaskState.Running, _swarm.Task(tasks[node]).DesiredState));
        Assert.Equal([1, 2, 3, 4, 5], _swarm.Runnable(web).Select(task => task.Slot));
    }

    [Fact]
    public void Tasks_of_a_removed_service_are_to_be_removed()
    {
        var web = _swarm.AddService(Specs.Replicated(2));
        _swarm.Start();

        _swarm.RemoveService(web);

        Assert.All(_swarm.Tasks(web), task => Assert.Equal(TaskState.Remove, task.DesiredState));
    }

    [Fact]
    public void Tasks_left_over_from_a_removed_service_are_cleared_at_the_start()
    {
        var web = _swarm.AddService(Specs.Replicated(1));
        _swarm.AddTask(web, 1, TaskState.Running);
        _swarm.RemoveService(web);

        _swarm.Start();

        Assert.Empty(_swarm.Tasks(web));
    }

    [Fact]
    public void A_service_scaled_to_zero_keeps_nothing()
    {
        _swarm.AddNode("n1");
        var web = _swarm.AddService(Specs.Replicated(3));
        _swarm.Start();
        _swarm.Work();

        _swarm.Update(web, spec => spec.WithReplicas(0));
        _swarm.Live(TimeSpan.FromSeconds(1));

        Assert.Empty(_swarm.Tasks(web));
    }

    [Fact]
    public void A_slot_scaled_away_is_filled_again_although_its_old_task_still_stops()
    {
        _swarm.AddNode("n1");
        var web = _swarm.AddService(Specs.Replicated(2).WithRestart(new() { Condition = RestartCondition.None }));
        _swarm.Start();
        _swarm.Work();
        _swarm.Update(web, spec => spec.WithReplicas(1));

        _swarm.Update(web, spec => spec.WithReplicas(2));

        Assert.Equal([1, 2], _swarm.Runnable(web).Select(task => task.Slot));
        Assert.Equal(3, _swarm.Tasks(web).Count);
    }

    [Fact]
    public void More_tasks_than_one_step_makes_still_all_come()
    {
        var replicas = Swarm.Orchestration.Replicated.ReplicatedReconciler.MaxNewTasks + 5;
        var web = _swarm.AddService(Specs.Replicated(replicas));

        _swarm.Start();

        Assert.Equal(replicas, _swarm.View.Tasks.CountOfService(web));
    }
}
