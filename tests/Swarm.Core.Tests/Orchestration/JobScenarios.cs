namespace Swarm.Core.Tests.Orchestration;

public sealed class JobScenarios : IDisposable
{
    private readonly OrchestrationFixture _swarm = new();

    public JobScenarios()
    {
        _swarm.AddNode("n1");
        _swarm.AddNode("n2");
        _swarm.Start();
    }

    public void Dispose() => _swarm.Dispose();

    [Fact]
    public void Scenario_034_a_job_runs_so_many_at_once_each_in_a_slot_of_its_own()
    {
        var job = Job(5, 20);
        Assert.Equal([0, 1, 2, 3, 4], Active(job).Select(task => task.Slot));
        Assert.All(Active(job), task => Assert.Equal(
            (TaskState.Complete, new ObjectVersion(0)),
            (task.DesiredState, task.JobIteration)));

        _swarm.Work();
        _swarm.Report(Active(job).Single(task => task.Slot == 2).Id, TaskState.Complete);
        Assert.Equal([0, 1, 3, 4, 5], Active(job).Select(task => task.Slot));

        _swarm.Behaviour = _ => TaskState.Complete;
        _swarm.Live(TimeSpan.FromSeconds(5));
        Assert.Equal(Enumerable.Range(0, 20), Completed(job).Select(task => task.Slot));
        Assert.Equal(20, _swarm.Tasks(job).Count);
    }

    [Fact]
    public void Scenario_035_no_more_tasks_are_started_than_are_left_to_complete()
    {
        _swarm.StopLeader();
        var job = Job(5, 20);
        for (var slot = 0; slot < 18; slot++)
        {
            Add(job, slot, TaskState.Complete);
        }

        _swarm.Start();

        Assert.Equal([18, 19], Active(job).Select(task => task.Slot));
    }

    [Fact]
    public void Scenario_036_a_failed_task_is_restarted_in_its_slot_and_nothing_else_is_started()
    {
        var job = Job(2, 4);
        _swarm.Work();
        var failed = Active(job)[0];
        _swarm.Report(failed.Id, TaskState.Failed);

        Assert.Equal(2, Active(job).Count);
        var replacement = Active(job).Single(task => task.Slot == failed.Slot);
        Assert.Equal(TaskState.Ready, replacement.DesiredState);
        Assert.Equal(TaskState.Shutdown, _swarm.Task(failed.Id).DesiredState);

        _swarm.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(TaskState.Complete, _swarm.Task(replacement.Id).DesiredState);
    }

    [Fact]
    public void Scenario_037_an_update_starts_the_job_over()
    {
        var job = Job(2, 3);
        _swarm.Work();
        _swarm.Report(Active(job)[0].Id, TaskState.Complete);
        _swarm.Work();
        var old = Active(job).Select(task => task.Id).ToArray();
        Assert.Equal(2, old.Length);

        _swarm.Update(job, spec => spec with { TaskTemplate = spec.TaskTemplate with { ForceUpdate = 1 } });

        Assert.Equal(1UL, _swarm.Service(job).JobStatus!.Iteration.Index);
        Assert.All(old, id => Assert.Equal(TaskState.Remove, _swarm.Task(id).DesiredState));
        Assert.Equal([0, 1], Active(job).Select(task => task.Slot));
        Assert.All(Active(job), task => Assert.Equal(1UL, task.JobIteration!.Value.Index));

        _swarm.Behaviour = _ => TaskState.Complete;
        _swarm.Live(TimeSpan.FromSeconds(5));
        Assert.Equal([0, 1, 2], Completed(job).Select(task => task.Slot));
    }

    [Fact]
    public void Scenario_038_more_active_tasks_than_asked_for_start_nothing()
    {
        _swarm.StopLeader();
        var job = Job(2, 2);
        for (var slot = 0; slot < 4; slot++)
        {
            Add(job, slot, TaskState.Running);
        }

        _swarm.Start();

        Assert.Equal(4, _swarm.Tasks(job).Count);
    }

    [Fact]
    public void Scenario_039_a_global_job_runs_on_ready_active_matching_nodes_only()
    {
        _swarm.AddNode("paused", availability: NodeAvailability.Pause, zone: "a");
        _swarm.AddNode("drained", availability: NodeAvailability.Drain, zone: "a");
        _swarm.AddNode("down", NodeState.Down, zone: "a");
        _swarm.AddNode("good", zone: "a");
        _swarm.AddNode("late", availability: NodeAvailability.Pause, zone: "a");
        var job = _swarm.AddService(
            Specs.Global().WithConstraints("node.labels.zone==a") with { Mode = new GlobalJobMode() });

        Assert.Equal("good", Assert.Single(_swarm.Tasks(job)).NodeId.Value);

        _swarm.Work();
        _swarm.SetAvailability("good", NodeAvailability.Drain);
        Assert.Equal(TaskState.Shutdown, Assert.Single(_swarm.Tasks(job)).DesiredState);

        _swarm.SetAvailability("late", NodeAvailability.Active);
        Assert.Equal(["late"], Active(job).Select(task => task.NodeId.Value));
    }

    [Fact]
    public void A_global_job_completes_once_on_each_node_and_on_nodes_that_join_later()
    {
        var job = _swarm.AddService(Specs.Global() with { Mode = new GlobalJobMode() });
        _swarm.Behaviour = _ => TaskState.Complete;
        _swarm.Live(TimeSpan.FromSeconds(1));
        Assert.Equal(["n1", "n2"], Completed(job).Select(task => task.NodeId.Value).Order());

        _swarm.AddNode("n3");
        _swarm.SetAvailability("n1", NodeAvailability.Pause);
        _swarm.SetAvailability("n1", NodeAvailability.Active);
        _swarm.Live(TimeSpan.FromSeconds(20));

        Assert.Equal(["n1", "n2", "n3"], Completed(job).Select(task => task.NodeId.Value).Order());
        Assert.Equal(3, _swarm.Tasks(job).Count);
    }

    [Fact]
    public void Restart_attempts_of_a_global_job_are_counted_node_by_node()
    {
        var job = _swarm.AddService(Specs.Global().WithRestart(Twice) with { Mode = new GlobalJobMode() });
        _swarm.Behaviour = task => task.NodeId.Value == "n1" ? TaskState.Failed : TaskState.Complete;

        _swarm.Live(TimeSpan.FromMinutes(1));

        Assert.Equal(3, _swarm.Tasks(job).Count(task => task.NodeId.Value == "n1"));
        Assert.Single(Completed(job));
        Assert.Empty(Active(job));
    }

    [Fact]
    public void A_slot_that_failed_for_good_is_not_filled_again_and_the_others_go_on()
    {
        var job = _swarm.AddService(Specs.Replicated(0).WithRestart(Twice) with { Mode = new ReplicatedJobMode(2, 5) });
        _swarm.Behaviour = task => task.Slot == 1 ? TaskState.Failed : TaskState.Complete;

        _swarm.Live(TimeSpan.FromMinutes(1));
        _swarm.StopLeader();
        _swarm.Start();
        _swarm.Live(TimeSpan.FromMinutes(1));

        Assert.Equal([0, 2, 3, 4], Completed(job).Select(task => task.Slot));
        Assert.Equal(3, _swarm.Tasks(job).Count(task => task.Slot == 1));
    }

    [Fact]
    public void A_task_on_a_node_that_is_down_may_yet_complete_and_is_not_started_twice()
    {
        var job = Job(1, 1);
        _swarm.Work();
        var task = Assert.Single(Active(job));

        _swarm.SetState(task.NodeId.Value, NodeState.Down);
        _swarm.Live(TimeSpan.FromHours(1) / 60);
        Assert.Single(_swarm.Tasks(job));

        _swarm.RemoveNode(task.NodeId.Value);
        _swarm.Behaviour = _ => TaskState.Complete;
        _swarm.Live(TimeSpan.FromSeconds(10));
        Assert.NotEqual(task.Id, Assert.Single(Completed(job)).Id);
    }

    [Fact]
    public void A_task_that_a_client_deleted_is_made_up_for()
    {
        var job = Job(2, 2);
        _swarm.Work();
        _swarm.RemoveTask(Active(job)[0].Id);

        Assert.Equal([0, 1], Active(job).Select(task => task.Slot));
    }

    [Fact]
    public void R46_a_job_of_a_hundred_completes_a_hundred_times_however_often_leaders_change()
    {
        var random = new Random(46);
        var job = Job(7, 100);
        _swarm.Behaviour = _ => random.Next(10) switch
        {
            0 => TaskState.Failed,
            < 4 => TaskState.Running,
            _ => TaskState.Complete,
        };
        for (var turn = 0; Completed(job).Count < 100; turn++)
        {
            Assert.True(turn < 2_000, "the job does not end");
            _swarm.Live(TimeSpan.FromMilliseconds(300));
            Assert.InRange(Active(job).Count, 0, 7);
            foreach (var running in Active(job).Where(task => task.Status.State == TaskState.Running))
            {
                _swarm.Report(running.Id, random.Next(8) == 0 ? TaskState.Failed : TaskState.Complete);
            }

            if (turn % 4 == 3)
            {
                _swarm.StopLeader();
                _swarm.Work();
                _swarm.Start();
            }
        }

        _swarm.Live(TimeSpan.FromMinutes(1));
        Assert.Equal(Enumerable.Range(0, 100), Completed(job).Select(task => task.Slot).Order());
        Assert.Empty(Active(job));
    }

    private static RestartPolicy Twice =>
        new() { Condition = RestartCondition.OnFailure, Delay = TimeSpan.FromSeconds(1), MaxAttempts = 2 };

    private ServiceId Job(long concurrent, long total) =>
        _swarm.AddService(Specs.Replicated(0) with { Mode = new ReplicatedJobMode(concurrent, total) });

    private void Add(ServiceId job, int slot, TaskState state) => _swarm.AddTask(job, slot, state, task => task with
    {
        DesiredState = TaskState.Complete,
        JobIteration = new ObjectVersion(0),
        NodeId = new NodeId("n1"),
    });

    private List<SwarmTask> Active(ServiceId job) =>
        [.. Current(job).Where(task => task is { DesiredState: <= TaskState.Complete, Status.State: not TaskState.Complete })];

    private List<SwarmTask> Completed(ServiceId job) =>
        [.. Current(job).Where(task => task.Status.State == TaskState.Complete)];

    private IEnumerable<SwarmTask> Current(ServiceId job) => _swarm.Tasks(job)
        .Where(task => task.JobIteration == _swarm.Service(job).JobStatus!.Iteration);
}
