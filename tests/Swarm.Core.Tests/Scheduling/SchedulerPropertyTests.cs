using Swarm.Scheduling;

namespace Swarm.Core.Tests.Scheduling;

public sealed class SchedulerPropertyTests
{
    public static TheoryData<int> Blocks => [.. Enumerable.Range(0, 20)];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Plans_agree_with_the_plainly_written_reference(int block)
    {
        foreach (var seed in Enumerable.Range(block * 100, 100))
        {
            var cluster = new RandomCluster(seed);
            var reference = new ReferenceScheduler(cluster.Nodes, cluster.Running)
            {
                Failures = cluster.Failures,
                FailingRevision = cluster.FailingRevision,
            };

            var plan = new Scheduler().Schedule(cluster.Views(), cluster.Pending);

            var expected = reference.Place(cluster.Pending);
            Assert.Equal(
                expected.Select(placement => $"seed {seed}: {placement.Key} -> {placement.Value}"),
                plan.Assigned.Select(placement => $"seed {seed}: {placement.Task} -> {placement.Node}"));
            Assert.Equal(cluster.Pending.Length, plan.Assigned.Count + plan.Unplaced.Count);
        }
    }

    [Fact]
    public void Equal_input_gives_an_equal_plan_whatever_the_order_of_the_nodes()
    {
        foreach (var seed in Enumerable.Range(5000, 200))
        {
            var cluster = new RandomCluster(seed);
            var shuffled = cluster.Views().ToArray();
            new Random(seed).Shuffle(shuffled);

            var first = new Scheduler().Schedule(cluster.Views(), cluster.Pending);
            var second = new Scheduler().Schedule(shuffled, cluster.Pending);

            Assert.Equal(first.Assigned, second.Assigned);
            Assert.Equal(
                first.Unplaced.Select(task => (task.Task, task.Explanation.ToString())),
                second.Unplaced.Select(task => (task.Task, task.Explanation.ToString())));
        }
    }

    [Fact]
    public void Every_node_is_counted_once_in_an_explanation()
    {
        foreach (var seed in Enumerable.Range(6000, 200))
        {
            var cluster = new RandomCluster(seed);
            var plan = new Scheduler().Schedule(cluster.Views(), cluster.Pending);

            Assert.All(plan.Unplaced, task => Assert.Equal(
                cluster.Nodes.Length,
                task.Explanation.Rejections.Sum(rejection => rejection.Nodes)));
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 23)]
    [InlineData(100, 99)]
    [InlineData(100, 1234)]
    [InlineData(1000, 5000)]
    public void A_group_is_spread_within_one(int nodes, int tasks)
    {
        var plan = Given.Schedule(
            Enumerable.Range(0, nodes).Select(i => Given.Node($"n{i}")),
            Given.Tasks(tasks));

        var perNode = plan.PerNode();
        Assert.Equal(Math.Min(nodes, tasks), perNode.Count);
        Assert.InRange(perNode.Values.Max() - perNode.Values.Min(), 0, 1);
        Assert.Equal(tasks, plan.Assigned.Count);
    }

    [Fact]
    public void Uneven_loads_are_evened_out()
    {
        var running = Enumerable.Range(0, 30).Select(i =>
            Given.Task($"r{i}", state: TaskState.Running, node: $"n{i % 3 * (i % 2)}"));

        var nodes = Enumerable.Range(0, 4).Select(i => Given.Node($"n{i}")).ToArray();
        var plan = Given.Schedule(nodes, Given.Tasks(50), running);

        var total = nodes.Select(node =>
            plan.PerNode().GetValueOrDefault(node.Id.Value) + running.Count(task => task.NodeId == node.Id));
        Assert.Equal([20, 20, 20, 20], total);
    }

    [Fact]
    public void The_views_given_are_left_as_they_are()
    {
        var view = new NodeView(Given.Node("a", nanoCpus: 10));

        new Scheduler().Schedule([view], Given.Tasks(3, Given.Spec(nanoCpus: 2)));

        Assert.Equal(10, view.Available.NanoCpus);
        Assert.Equal(0, view.ActiveTasks);
        Assert.Equal(0, view.ActiveTasksOf(Given.Web));
    }
}
