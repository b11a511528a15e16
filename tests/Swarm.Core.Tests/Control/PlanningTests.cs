namespace Swarm.Core.Tests.Control;

/// <summary>What a change would do, and why a task does not run.</summary>
public sealed class PlanningTests
{
    [Fact]
    public void A_plan_tells_what_a_create_would_start_and_where()
    {
        using var swarm = new SimulatedSwarm(seed: 5, workers: 3);
        var plan = Plan(swarm, Spec(4));

        Assert.Equal((ServicePlanKind.Create, 4L, 0L, 0L), (plan.Kind, plan.TasksToStart, plan.TasksToStop, plan.SlotsToReplace));
        Assert.Equal([1L, 1L, 2L], plan.Placements.Select(node => node.Tasks).Order());
        Assert.Equal(["worker-1", "worker-2", "worker-3"], plan.Placements.Select(node => node.Hostname).Order());
        Assert.Empty(swarm.Store.Current.Services);
        Assert.Empty(swarm.Store.Current.Tasks);
    }

    [Fact]
    public void The_preview_comes_true()
    {
        using var swarm = new SimulatedSwarm(seed: 5, workers: 3);
        var plan = Plan(swarm, Spec(5));
        var service = swarm.Deploy(Spec(5));
        Assert.True(swarm.Reaches(() => swarm.Running(service.Id).Count() == 5, TimeSpan.FromSeconds(30)));

        Assert.Equal(
            plan.Placements.Select(node => (node.Node, node.Tasks)),
            swarm.Running(service.Id)
                .CountBy(task => task.NodeId)
                .OrderBy(node => node.Key.Value, StringComparer.Ordinal)
                .Select(node => (node.Key, (long)node.Value)));
    }

    [Fact]
    public void A_plan_tells_what_an_update_would_replace_or_leave_alone()
    {
        using var swarm = new SimulatedSwarm(seed: 5, workers: 3);
        var service = swarm.Deploy(Spec(3));
        swarm.Reaches(() => swarm.Running(service.Id).Count() == 3, TimeSpan.FromSeconds(30));

        Assert.Equal(ServicePlanKind.Nothing, Plan(swarm, Spec(3)).Kind);
        var image = Plan(swarm, Spec(3) with { TaskTemplate = new() { Workload = new ContainerSpec { Image = "web:2" } } });
        Assert.Equal((3L, 3L, 3L), (image.TasksToStart, image.TasksToStop, image.SlotsToReplace));
        var scaled = Plan(swarm, Spec(1));
        Assert.Equal((ServicePlanKind.Update, 0L, 2L, 0L), (scaled.Kind, scaled.TasksToStart, scaled.TasksToStop, scaled.SlotsToReplace));
        var labelled = Plan(swarm, Spec(3) with { Labels = [new("a", "b")] });
        Assert.Equal((ServicePlanKind.Update, 0L, 0L), (labelled.Kind, labelled.TasksToStart, labelled.TasksToStop));
    }

    [Fact]
    public void A_plan_names_conflicts_and_shortages()
    {
        using var swarm = new SimulatedSwarm(seed: 5, workers: 3);
        var port = new PortPublication(80, 8080);
        swarm.Deploy(Spec(1) with { Endpoint = new() { Ports = [port] } });
        var conflict = Plan(swarm, Spec(1) with { Name = "other", Endpoint = new() { Ports = [port] } });
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
        var shortage = Plan(swarm, large);
        Assert.Equal(3, shortage.Placements.Sum(node => node.Tasks));
        Assert.Equal(
            new PlannedShortage(1, "no suitable node (insufficient resources on 3 nodes)"),
            Assert.Single(shortage.Unplaced));
        Assert.Equal(ServicePlanKind.Refused, Plan(swarm, Spec(1) with { Name = "a b" }).Kind);
    }

    [Fact]
    public void Jobs_and_global_services_can_be_planned()
    {
        using var swarm = new SimulatedSwarm(seed: 5, workers: 3);
        Assert.Equal(2, Plan(swarm, Spec(0) with { Mode = new ReplicatedJobMode(2, 5) }).TasksToStart);
        Assert.Equal(3, Plan(swarm, Spec(0) with { Mode = new GlobalJobMode() }).TasksToStart);
        Assert.Equal(3, Plan(swarm, Spec(0) with { Mode = new GlobalMode() }).Placements.Count);
    }

    [Fact]
    public void Every_task_that_does_not_run_says_why()
    {
        using var swarm = new SimulatedSwarm(seed: 5, workers: 3);
        var stuck = swarm.Deploy(Spec(1) with
        {
            Name = "stuck",
            TaskTemplate = new()
            {
                Workload = new ContainerSpec { Image = "web:1" },
                Placement = new() { Constraints = ["node.labels.zone==mars"] },
            },
        });
        var crashing = swarm.Deploy(Spec(1) with { Name = "crashing" });
        swarm.Reaches(() => swarm.Running(crashing.Id).Any(), TimeSpan.FromSeconds(30));
        var ended = swarm.Running(crashing.Id).Single();
        Assert.Equal((TaskWaitCause.None, "runs"), Explain(swarm, ended));

        swarm.Workers.Single(worker => worker.Id == ended.NodeId).Executor.Exit(ended.Id, 3);
        swarm.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(
            (TaskWaitCause.Scheduler, "no suitable node (scheduling constraints not satisfied on 3 nodes)"),
            Explain(swarm, swarm.Store.Current.Tasks.OfService(stuck.Id).Single()));
        Assert.Equal((TaskWaitCause.Ended, "task: non-zero exit (3)"), Explain(swarm, swarm.Store.Current.Tasks.Find(ended.Id)!));
        var next = swarm.Store.Current.Tasks.OfService(crashing.Id).Single(task => task.Id != ended.Id);
        var (cause, text) = Explain(swarm, next);
        Assert.Equal(TaskWaitCause.RestartDelay, cause);
        Assert.EndsWith($"for the restart delay of 5s after task {ended.Id}: task: non-zero exit (3)", text);
    }

    private static ServiceSpec Spec(long replicas) => ControlFixture.Spec() with { Mode = new ReplicatedMode(replicas) };

    private static ServicePlan Plan(SimulatedSwarm swarm, ServiceSpec spec) => swarm.Run(() => swarm.Client.PlanAsync(spec));

    private static (TaskWaitCause Cause, string Text) Explain(SimulatedSwarm swarm, SwarmTask task)
    {
        var explanation = swarm.Run(() => swarm.Client.Tasks.ExplainAsync(task.Id.Value));
        return (explanation.Cause, explanation.Text);
    }
}
