using Swarm.Scheduling;

namespace Swarm.Core.Tests.Scheduling;

public sealed class SchedulerTests
{
    [Fact]
    public void Scenario_047_Only_ready_and_active_nodes_get_tasks()
    {
        var plan = Given.Schedule(
            [
                Given.Node("a"),
                Given.Node("b", state: NodeState.Down),
                Given.Node("c", availability: NodeAvailability.Drain),
                Given.Node("d", availability: NodeAvailability.Pause),
                Given.Node("e", state: NodeState.Unknown),
                Given.Node("f", state: NodeState.Disconnected),
            ],
            Given.Tasks(3));

        Assert.Equal(3, plan.PerNode()["a"]);
        Assert.Empty(plan.Unplaced);
    }

    [Fact]
    public void Scenario_048_Three_tasks_on_five_nodes_go_to_three_nodes()
    {
        var plan = Given.Schedule(Nodes(5), Given.Tasks(3));

        Assert.Equal(3, plan.PerNode().Count);
    }

    [Fact]
    public void Scenario_049_Five_recent_failures_put_a_node_last_for_that_spec_version_only()
    {
        var calm = new NodeView(Given.Node("a"), [Given.Task("r", state: TaskState.Running, node: "a")]);
        SchedulingPlan Plan(int failures, ulong specVersion) => new Scheduler().Schedule(
            [
                calm,
                new NodeView(Given.Node("b"))
                {
                    RecentFailures = new Dictionary<ServiceRevision, int>
                    {
                        [new ServiceRevision(Given.Web, new ObjectVersion(1))] = failures,
                    },
                },
            ],
            [Given.Task("t", specVersion: specVersion)]);

        Assert.Equal("b", Assert.Single(Plan(4, 1).Assigned).Node.Value);
        Assert.Equal("a", Assert.Single(Plan(5, 1).Assigned).Node.Value);
        Assert.Equal("b", Assert.Single(Plan(5, 2).Assigned).Node.Value);
    }

    [Fact]
    public void Scenario_061_A_cluster_volume_that_no_node_can_be_given_keeps_the_task_waiting()
    {
        Mount[] mounts = [new() { Type = MountType.Cluster, Source = "data" }, new() { Type = MountType.Volume }];
        var plan = Given.Schedule(
            Nodes(2),
            [Given.Task("t", spec: new TaskSpec { Workload = new ContainerSpec { Mounts = [.. mounts] } })]);

        Assert.Equal(
            "no suitable node (cannot fulfill requested CSI volume mounts on 2 nodes)",
            Assert.Single(plan.Unplaced).Explanation.ToString());
    }

    [Fact]
    public void Scenario_051_Too_large_a_reservation_is_explained()
    {
        var plan = Given.Schedule(
            [Given.Node("a", nanoCpus: 1, memory: 10), Given.Node("b", nanoCpus: 2, memory: 5)],
            [Given.Task("t", spec: Given.Spec(nanoCpus: 2, memory: 10))]);

        Assert.Equal("no suitable node (insufficient resources on 2 nodes)", plan.Only());
    }

    [Fact]
    public void Scenario_052_Dead_tasks_hold_nothing_and_stopping_ones_still_do()
    {
        var node = Given.Node("a", nanoCpus: 2);
        var spec = Given.Spec(nanoCpus: 2);
        SchedulingPlan With(TaskState state, TaskState desired) => Given.Schedule(
            [node],
            [Given.Task("t", spec: spec)],
            [Given.Task("r", spec: spec, state: state, desired: desired, node: "a")]);

        foreach (var dead in Enum.GetValues<TaskState>().Where(state => state > TaskState.Running))
        {
            Assert.Single(With(dead, TaskState.Shutdown).Assigned);
        }

        Assert.Equal(
            "no suitable node (insufficient resources on 1 node)",
            With(TaskState.Running, TaskState.Shutdown).Only());
    }

    [Fact]
    public void Scenario_053_A_host_port_is_used_once_per_node()
    {
        var plan = Given.Schedule(Nodes(2), Given.Tasks(3).Select(task => task.WithHostPort(80)));

        Assert.Equal(2, plan.PerNode().Count);
        Assert.Equal("no suitable node (host-mode port already in use on 2 nodes)", plan.Only());
    }

    [Fact]
    public void Scenario_053_The_same_number_of_another_protocol_is_another_port()
    {
        var plan = Given.Schedule(
            Nodes(1),
            [Given.Task("t", new("dns")).WithHostPort(53, PortProtocol.Udp)],
            [Given.Task("r", node: "a", state: TaskState.Running).WithHostPort(53)]);

        Assert.Single(plan.Assigned);
    }

    [Fact]
    public void Scenario_054_Max_replicas_limits_the_tasks_of_a_service_per_node()
    {
        var plan = Given.Schedule(Nodes(2), Given.Tasks(3, Given.Spec(placement: new Placement { MaxReplicas = 1 })));

        Assert.Equal(2, plan.PerNode().Count);
        Assert.Equal("no suitable node (max replicas per node limit exceed)", plan.Only());
    }

    [Theory]
    [InlineData("amd64", "linux", "x86_64", "linux", true)]
    [InlineData("x86_64", "linux", "amd64", "linux", true)]
    [InlineData("arm64", "linux", "aarch64", "linux", true)]
    [InlineData("amd64", "linux", "x86_64", "windows", false)]
    [InlineData("amd64", "linux", "aarch64", "linux", false)]
    [InlineData("", "linux", "mips", "linux", true)]
    [InlineData("amd64", "", "x86_64", "windows", true)]
    [InlineData("", "", "mips", "plan9", true)]
    public void Scenario_055_Platforms_match_with_aliases_and_wildcards(
        string architecture, string system, string nodeArchitecture, string nodeSystem, bool fits)
    {
        var node = Given.Node("a");
        var actual = new Platform(nodeArchitecture, nodeSystem);
        node = node with { Description = node.Description! with { Platform = actual } };
        var placement = new Placement
        {
            Platforms = [new Platform("none", "none"), new Platform(architecture, system)],
        };

        var plan = Given.Schedule([node], [Given.Task("t", spec: Given.Spec(placement: placement))]);

        Assert.Equal(fits ? 1 : 0, plan.Assigned.Count);
        Assert.All(plan.Unplaced, task => Assert.Equal(
            "no suitable node (unsupported platform on 1 node)",
            task.Explanation.ToString()));
    }

    [Fact]
    public void Scenario_059_Without_nodes_there_is_nothing_to_explain()
    {
        Assert.Equal("no suitable node", Given.Schedule([], Given.Tasks(1)).Only());
    }

    [Fact]
    public void A_preassigned_task_is_checked_against_its_node_alone()
    {
        var spec = Given.Spec(nanoCpus: 1);
        var plan = Given.Schedule(
            [Given.Node("a", nanoCpus: 1), Given.Node("b", nanoCpus: 0)],
            [
                Given.Task("fits", spec: spec, node: "a"),
                Given.Task("large", spec: spec, node: "b"),
                Given.Task("lost", spec: spec, node: "c"),
            ]);

        Assert.Equal(new TaskPlacement(new("fits"), new("a")), Assert.Single(plan.Assigned));
        Assert.Equal("large", Assert.Single(plan.Unplaced).Task.Value);
        Assert.Equal("insufficient resources on 1 node", plan.Only());
    }

    [Fact]
    public void Explanations_name_the_largest_count_first_and_equal_ones_in_the_order_of_the_filters()
    {
        var plan = Given.Schedule(
            [
                Given.Node("a", state: NodeState.Down),
                Given.Node("b"),
                Given.Node("c", nanoCpus: 1),
                Given.Node("d", nanoCpus: 1),
            ],
            [Given.Task("t", spec: Given.Spec(nanoCpus: 1, placement: Given.Constrained("node.id==x")))]);

        Assert.Equal(
            "no suitable node (scheduling constraints not satisfied on 2 nodes; "
            + "1 node not available for new tasks; insufficient resources on 1 node)",
            plan.Only());
        Assert.Equal(
            ["constraint", "ready", "resource"],
            Assert.Single(plan.Unplaced).Explanation.Rejections.Select(rejection => rejection.Filter));
    }

    [Fact]
    public void Tasks_of_the_service_count_before_tasks_in_total_and_ids_break_ties()
    {
        var other = new ServiceId("other");
        var running = new[]
        {
            Given.Task("r1", other, state: TaskState.Running, node: "a"),
            Given.Task("r2", other, state: TaskState.Running, node: "a"),
            Given.Task("r3", state: TaskState.Running, node: "b"),
            Given.Task("r4", state: TaskState.Running, node: "c"),
        };

        var plan = Given.Schedule(Nodes(3), Given.Tasks(5), running);

        Assert.Equal(["a", "b", "c", "a", "b"], plan.Assigned.Select(placement => placement.Node.Value));
    }

    [Fact]
    public void Generic_resources_are_set_aside_by_count_and_by_name()
    {
        var node = Given.Node("a") with
        {
            Description = new NodeDescription
            {
                Resources = new NodeResources
                {
                    Generic =
                    [
                        new NamedResource("gpu", "u1"),
                        new NamedResource("gpu", "u2"),
                        new NamedResource("gpu", "u3"),
                        new DiscreteResource("disk", 3),
                    ],
                },
            },
        };
        var spec = Given.Spec(generic: [new DiscreteResource("gpu", 1), new DiscreteResource("disk", 2)]);
        var holder = Given.Task("r", spec: spec, state: TaskState.Running, node: "a") with
        {
            AssignedGenericResources = [new NamedResource("gpu", "u1")],
        };

        var plan = Given.Schedule([node], Given.Tasks(2, spec), [holder]);

        ValueList<GenericResource> expected = [new NamedResource("gpu", "u2"), new DiscreteResource("disk", 2)];
        Assert.Equal(expected, Assert.Single(plan.Assigned).GenericResources);
        Assert.Equal("no suitable node (insufficient resources on 1 node)", plan.Only());
    }

    [Fact]
    public void A_group_with_cluster_volumes_is_never_placed()
    {
        var spec = new TaskSpec
        {
            Workload = new ContainerSpec { Mounts = [new Mount { Type = MountType.Cluster, Source = "v" }] },
        };

        var plan = Given.Schedule(Nodes(2), [Given.Task("t", spec: spec)]);

        Assert.Equal("no suitable node (cannot fulfill requested CSI volume mounts on 2 nodes)", plan.Only());
    }

    private static Node[] Nodes(int count) =>
        [.. Enumerable.Range(0, count).Select(i => Given.Node(((char)('a' + i)).ToString()))];
}
