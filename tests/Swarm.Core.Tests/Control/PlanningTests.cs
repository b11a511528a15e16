namespace Swarm.Core.Tests.Control;

/// <summary>What a change would do, and why a task does not run.</summary>
public sealed class PlanningTests
{
    private SimulatedSwarm _swarm = null!;

    [Fact]
    public void A_plan_tells_what_a_create_would_start_and_where()
    {
        using var swarm = _swarm = new SimulatedSwarm(seed: 5, workers: 3);
        var plan = Plan(Spec(4));

        Assert.Equal((ServicePlanKind.Create, 4L, 0L, 0L), (plan.Kind, plan.TasksToStart, plan.TasksToStop, plan.SlotsToReplace));
        Assert.Equal([1L, 1L, 2L], plan.Placements.Select(node => node.Tasks).Order());
        Assert.Equal(["worker-1", "worker-2", "worker-3"], plan.Placements.Select(node => node.Hostname).Order());
        Assert.Empty(_swarm.Store.Current.Services);
        Assert.Empty(_swarm.Store.Current.Tasks);
    }

    [Fact]
    public void The_preview_comes_true()
    {
        using var swarm = _swarm = new SimulatedSwarm(seed: 5, workers: 3);
        var plan = Plan(Spec(5));
        var service = _swarm.Deploy(Spec(5));
        Assert.True(_swarm.Reaches(() => _swarm.Running(service.Id).Count() == 5, TimeSpan.FromSeconds(30)));

        Assert.Equal(
            plan.Placements.Select(node => (node.Node, node.Tasks)),
            _swarm.Running(service.Id)
                .CountBy(task => task.NodeId)
                .OrderBy(node => node.Key.Value, StringComparer.Ordinal)
                .Select(node => (node.Key, (long)node.Value)));
    }

    [Fact]
    public void A_plan_tells_what_an_update_would_replace_or_leave_alone()
    {
        using var swarm = _swarm = new SimulatedSwarm(seed: 5, workers: 3);
        var service = _swarm.Deploy(Spec(3));
        _swarm.Reaches(() => _swarm.Running(service.Id).Count() == 3, TimeSpan.FromSeconds(30));

        Assert.Equal(ServicePlanKind.Nothing, Plan(Spec(3)).Kind);
        var image = Plan(Spec(3) with { TaskTemplate = new() { Workload = new ContainerSpec { Image = "web:2" } } });
        Assert.Equal((3L, 3L, 3L), (image.TasksToStart, image.TasksToStop, image.SlotsToReplace));
        var scaled = Plan(Spec(1));
        Assert.Equal((ServicePlanKind.Update, 0L, 2L, 0L), (scaled.Kind, scaled.TasksToStart, scaled.TasksToStop, scaled.SlotsToReplace));
        var labelled = Plan(Spec(3) with { Labels = [new("a", "b")] });
        Assert.Equal((ServicePlanKind.Update, 0L, 0L), (labelled.Kind, labelled.TasksToStart, labelled.TasksToStop));
    }

    [Fact]
    public void A_plan_names_conflicts_and_shortages()
    {
        using var swarm = _swarm = new SimulatedSwarm(seed: 5, workers: 3);
        var port = new PortPublication(80, 8080);
        _swarm.Deploy(Spec(1) with { Endpoint = new() { Ports = [port] } });
        var conflict = Plan(Spec(1) with { Name = "other", Endpoint = new() { Ports = [port] } });
        Assert.Equal(ServicePlanKind.Refused, conflict.Kind);
        Assert.StartsWith("port '8080' is already in use by service 'web'", Assert.Single(conflict.Conflicts));

        var large = Spec(4) with
        {
            Name = "large",
            TaskTemplate = new()
            {
                Workload = new ContainerSpec { Image = "web:1" },
                Resources = new() { Reservations = new() { NanoCpus = 3_000_000_000 } },
            },
        };
        var shortage = Plan(large);
        Assert.Equal(3, shortage.Placements.Sum(node => node.Tasks));
        Assert.Equal(
            new PlannedShortage(1, "no suitable node (insufficient resources on 3 nodes)"),
            Assert.Single(shortage.Unplaced));
        Assert.Equal(ServicePlanKind.Refused, Plan(Spec(1) with { Name = "a b" }).Kind);
    }

    [Fact]
    public void Jobs_and_global_services_can_be_planned()
    {
        using var swarm = _swarm = new SimulatedSwarm(seed: 5, workers: 3);
        Assert.Equal(2, Plan(Spec(0) with { Mode = new ReplicatedJobMode(2, 5) }).TasksToStart);
        Assert.Equal(3, Plan(Spec(0) with { Mode = new GlobalJobMode() }).TasksToStart);
        Assert.Equal(3, Plan(Spec(0) with { Mode = new GlobalMode() }).Placements.Count);
    }

    [Fact]
    public void Every_task_that_does_not_run_says_why()
    {
        using var swarm = _swarm = new SimulatedSwarm(seed: 5, workers: 3);
        var stuck = _swarm.Deploy(Spec(1) with
        {
            Name = "stuck",
            TaskTemplate = new()
            {
                Workload = new ContainerSpec { Image = "web:1" },
                Placement = new() { Constraints = ["node.labels.zone==mars"] },
            },
        });
        var crashing = _swarm.Deploy(Spec(1) with { Name = "crashing" });
        _swarm.Reaches(() => _swarm.Running(crashing.Id).Any(), TimeSpan.FromSeconds(30));
        var ended = _swarm.Running(crashing.Id).Single();
        Assert.Equal((TaskWaitCause.None, "runs"), Explain(ended));

        _swarm.Workers.Single(worker => worker.Id == ended.NodeId).Executor.Exit(ended.Id, 3);
        _swarm.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(
            (TaskWaitCause.Scheduler, "no suitable node (scheduling constraints not satisfied on 3 nodes)"),
            Explain(_swarm.Store.Current.Tasks.OfService(stuck.Id).Single()));
        Assert.Equal((TaskWaitCause.Ended, "task: non-zero exit (3)"), Explain(_swarm.Store.Current.Tasks.Find(ended.Id)!));
        var next = _swarm.Store.Current.Tasks.OfService(crashing.Id).Single(task => task.Id != ended.Id);
        var (cause, text) = Explain(next);
        Assert.Equal(TaskWaitCause.RestartDelay, cause);
        Assert.EndsWith($"for the restart delay of 5s after task {ended.Id}: task: non-zero exit (3)", text);
    }

    private static ServiceSpec Spec(long replicas) => ControlFixture.Spec() with { Mode = new ReplicatedMode(replicas) };

    private ServicePlan Plan(ServiceSpec spec) => _swarm.Run(() => _swarm.Client.PlanAsync(spec));

    private (TaskWaitCause Cause, string Text) Explain(SwarmTask task)
    {
        var explanation = _swarm.Run(() => _swarm.Client.Tasks.ExplainAsync(task.Id.Value));
        return (explanation.Cause, explanation.Text);
    }
}
