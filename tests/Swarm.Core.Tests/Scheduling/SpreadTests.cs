namespace Swarm.Core.Tests.Scheduling;

public sealed class SpreadTests
{
    private static readonly TaskSpec OverZones = Given.Spec(placement: Given.Spread("node.labels.az"));

    private static readonly TaskSpec OverRacks =
        Given.Spec(placement: Given.Spread("node.labels.az", "Node.Labels.rack"));

    [Fact]
    public void Scenario_057_Zones_are_balanced_first_and_racks_inside()
    {
        Node[] nodes =
        [
            In("a1", "a", "r1"), In("a2", "a", "r1"), In("a3", "a", "r1"), In("a4", "a", "r2"),
            In("b1", "b", "r1"), In("b2", "b", "r2"),
        ];

        var placed = Given.Schedule(nodes, Given.Tasks(12, OverRacks)).PerNode();

        Assert.Equal(6, placed["b1"] + placed["b2"]);
        Assert.Equal(3, placed["b1"]);
        Assert.Equal(3, placed["a4"]);
        Assert.Equal([1, 1, 1], new[] { placed["a1"], placed["a2"], placed["a3"] });
    }

    [Fact]
    public void Scenario_057_Nodes_without_the_label_are_a_branch_of_their_own()
    {
        var placed = Given.Schedule(
            [In("a1", "a", ""), In("a2", "a", ""), Given.Node("x1"), Given.Node("x2")],
            Given.Tasks(4, OverZones)).PerNode();

        Assert.Equal([1, 1, 1, 1], placed.Values);
    }

    [Fact]
    public void Scenario_057_Existing_tasks_count_even_on_nodes_that_are_not_eligible()
    {
        var running = Enumerable.Range(0, 3)
            .Select(i => Given.Task($"r{i}", state: TaskState.Running, node: "a2"));

        var placed = Given.Schedule(
            [In("a1", "a", ""), In("a2", "a", "") with { Status = new NodeStatus(NodeState.Down) }, In("b1", "b", "")],
            Given.Tasks(5, OverZones),
            running).PerNode();

        Assert.Equal((1, 4), (placed["a1"], placed["b1"]));
    }

    [Fact]
    public void Scenario_057_A_branch_that_is_ahead_gets_nothing_and_the_others_stay_even()
    {
        var running = Enumerable.Range(0, 10)
            .Select(i => Given.Task($"r{i}", state: TaskState.Running, node: "a1"));

        var placed = Given.Schedule(
            [In("a1", "a", ""), In("b1", "b", ""), In("c1", "c", "")],
            Given.Tasks(4, OverZones),
            running).PerNode();

        Assert.Equal((2, 2), (placed["b1"], placed["c1"]));
        Assert.False(placed.ContainsKey("a1"));
    }

    [Fact]
    public void Scenario_057_A_full_branch_leaves_its_share_to_the_others_and_the_rest_is_explained()
    {
        var spec = OverZones with { Resources = Given.Spec(nanoCpus: 1).Resources };
        var plan = Given.Schedule(
            [
                Zone("a1", 2), Zone("b1", 5), Zone("c1", 100),
            ],
            Given.Tasks(120, spec));

        var placed = plan.PerNode();
        Assert.Equal((2, 5, 100), (placed["a1"], placed["b1"], placed["c1"]));
        Assert.Equal(13, plan.Unplaced.Count);
        Assert.All(plan.Unplaced, task => Assert.Equal(
            "no suitable node (insufficient resources on 3 nodes)",
            task.Explanation.ToString()));
    }

    [Fact]
    public void Scenario_057_Descriptors_other_than_labels_are_ignored()
    {
        var spec = Given.Spec(placement: Given.Spread("node.hostname", "node.labels.", "node.labels.az"));

        var placed = Given.Schedule(
            [In("a1", "a", ""), In("a2", "a", ""), In("b1", "b", "")],
            Given.Tasks(4, spec)).PerNode();

        Assert.Equal((1, 1, 2), (placed["a1"], placed["a2"], placed["b1"]));
    }

    [Fact]
    public void Scenario_057_Engine_labels_spread_too()
    {
        Node Engine(string id, string disk) => Given.Node(id) with
        {
            Description = new NodeDescription
            {
                Engine = new EngineDescription { Labels = [KeyValuePair.Create("disk", disk)] },
            },
        };

        var placed = Given.Schedule(
            [Engine("a", "ssd"), Engine("b", "ssd"), Engine("c", "hdd")],
            Given.Tasks(4, Given.Spec(placement: Given.Spread("engine.labels.disk")))).PerNode();

        Assert.Equal(2, placed["c"]);
    }

    private static Node In(string id, string zone, string rack) =>
        Given.Node(id, labels: [("az", zone), ("rack", rack)]);

    private static Node Zone(string id, long nanoCpus) => Given.Node(id, nanoCpus: nanoCpus, labels: [("az", id[..1])]);
}
