using System.Diagnostics.CodeAnalysis;
using Swarm.Scheduling;

namespace Swarm.Core.Tests.Scheduling;

public sealed class ExtensionTests
{
    [Fact]
    public void A_custom_filter_comes_last_and_explains_itself()
    {
        var scheduler = new Scheduler([.. SchedulingFilters.Default, new MaintenanceFilter()]);

        var plan = scheduler.Schedule(
            [new(Node("a", maintenance: true)), new(Node("b", maintenance: false)), new(Node("c", maintenance: true))],
            Given.Tasks(2, Given.Spec(nanoCpus: 1)));

        Assert.Equal("b", Assert.Single(plan.Assigned).Node.Value);
        Assert.Equal(
            "no suitable node (in a maintenance window on 2 node(s); insufficient resources on 1 node)",
            plan.Only());
    }

    [Fact]
    public void A_custom_filter_is_asked_again_after_each_placement()
    {
        var scheduler = new Scheduler([new AtMostTwo()]);

        var plan = scheduler.Schedule([new(Given.Node("a")), new(Given.Node("b"))], Given.Tasks(5));

        Assert.Equal([2, 2], plan.PerNode().Values);
    }

    [Fact]
    public void Scorers_decide_among_nodes_with_equally_many_tasks_of_the_service()
    {
        var scheduler = new Scheduler(scorers: [new FreeMemoryScorer()]);
        var other = Given.Task("r", new("other"), state: TaskState.Running, node: "b");

        var plan = scheduler.Schedule(
            [
                new(Given.Node("a", memory: 10)),
                new(Given.Node("b", memory: 30), [other]),
                new(Given.Node("c", memory: 20)),
            ],
            Given.Tasks(6, Given.Spec(memory: 8)));

        Assert.Equal(["b", "c", "a", "b", "c", "b"], plan.Assigned.Select(placement => placement.Node.Value));
    }

    [Fact]
    public void Weights_scale_scores_and_what_is_not_a_number_is_worst()
    {
        var scheduler = new Scheduler(scorers: [new ByName(2, "b"), new ByName(1, "c"), new ByName(double.NaN, "a")]);

        var plan = scheduler.Schedule(
            [new(Given.Node("a")), new(Given.Node("b")), new(Given.Node("c"))],
            Given.Tasks(3));

        Assert.Equal(3, plan.PerNode().Count);
    }

    [Fact]
    public void Scorers_work_inside_spread_branches()
    {
        var scheduler = new Scheduler(scorers: [new FreeMemoryScorer()]);
        var spec = Given.Spec(memory: 1, placement: Given.Spread("node.labels.az"));

        var plan = scheduler.Schedule(
            [
                new(Given.Node("a", memory: 10, labels: [("az", "x")])),
                new(Given.Node("b", memory: 20, labels: [("az", "x")])),
                new(Given.Node("c", memory: 5, labels: [("az", "y")])),
            ],
            Given.Tasks(2, spec));

        Assert.Equal(["b", "c"], plan.Assigned.Select(placement => placement.Node.Value));
    }

    private static Node Node(string id, bool maintenance) =>
        Given.Node(id, nanoCpus: 1, labels: maintenance ? [("maintenance", "yes")] : []);

    private sealed class MaintenanceFilter : ISchedulingFilter, INodePredicate
    {
        public string Name => "maintenance-window";

        public bool TryBind(SwarmTask task, [NotNullWhen(true)] out INodePredicate? predicate)
        {
            predicate = this;
            return true;
        }

        public bool Admits(NodeView node) => node.Node.Spec.Labels["maintenance"] is null;

        public string Explain(int rejectedNodes) => $"in a maintenance window on {rejectedNodes} node(s)";
    }

    private sealed class AtMostTwo : ISchedulingFilter, INodePredicate
    {
        public string Name => "two";

        public bool TryBind(SwarmTask task, [NotNullWhen(true)] out INodePredicate? predicate)
        {
            predicate = this;
            return true;
        }

        public bool Admits(NodeView node) => node.ActiveTasks < 2;

        public string Explain(int rejectedNodes) => "enough";
    }

    private sealed class FreeMemoryScorer : ISchedulingScorer
    {
        public string Name => "free-memory";

        public double Weight => 0.25;

        public double Score(SwarmTask task, NodeView node) => node.Available.MemoryBytes;
    }

    private sealed class ByName(double score, string name) : ISchedulingScorer
    {
        public string Name => name;

        public double Weight => 1;

        public double Score(SwarmTask task, NodeView node) => node.Node.Id.Value == name ? score : 0;
    }
}
