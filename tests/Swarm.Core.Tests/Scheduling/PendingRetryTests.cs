using System.Diagnostics.CodeAnalysis;
using Swarm.Scheduling;

namespace Swarm.Core.Tests.Scheduling;

/// <summary>Tasks that wait are tried again when, and where, something changed that may help them.</summary>
public sealed class PendingRetryTests
{
    private const int Nodes = 50;

    private readonly SchedulerState _state = new(new SchedulerOptions(), TimeProvider.System);
    private readonly CountingFilter _asked = new();
    private readonly GroupPlacer _placer;
    private ulong _version;

    public PendingRetryTests()
    {
        _placer = new GroupPlacer(_state, [.. SchedulingFilters.Default, _asked], []);
        for (var i = 0; i < Nodes; i++)
        {
            Apply(null, Node($"n{i:00}"));
            Apply(null, Task($"load{i:00}", cpus: 3) with
            {
                NodeId = new NodeId($"n{i:00}"),
                Status = new SwarmTaskStatus { State = TaskState.Running },
            });
        }
    }

    [Fact]
    public void A_task_that_ends_lets_only_its_own_node_be_asked_again()
    {
        var waiting = Task("big", cpus: 2);
        Apply(null, waiting);
        Assert.Equal("no suitable node (insufficient resources on 50 nodes)", Assert.Single(Pass().Unplaced).Explanation.ToString());

        End("load07");
        var plan = Pass();

        Assert.Equal("n07", Assert.Single(plan.Reservations).Node.Node.Id.Value);
        Assert.InRange(_asked.Count, 1, 3);
    }

    [Fact]
    public void A_task_that_ends_does_not_make_constraints_be_asked_again()
    {
        Apply(null, Task("there", cpus: 0, "node.labels.zone==mars"));
        Pass();
        End("load07");

        Assert.Empty(Pass().Unplaced);
        Assert.Equal(0, _asked.Count);
        Assert.False(_state.Pending.IsEmpty);

        var node = Node("n09");
        Apply(node, node with { Spec = node.Spec with { Labels = node.Spec.Labels.With("zone", "mars") } });
        Assert.Equal("n09", Assert.Single(Pass().Reservations).Node.Node.Id.Value);
    }

    [Fact]
    public void More_of_what_does_not_fit_gets_the_same_reason_without_asking_anybody()
    {
        Apply(null, Task("big", cpus: 2));
        var first = Pass().Unplaced[0].Explanation;
        Apply(null, Task("big2", cpus: 2));

        var plan = Pass();

        Assert.Equal("big2", Assert.Single(Assert.Single(plan.Unplaced).Tasks).Id.Value);
        Assert.Same(first, plan.Unplaced[0].Explanation);
        Assert.Equal(0, _asked.Count);
    }

    [Fact]
    public void R38_reasons_are_listed_with_their_counts_most_first()
    {
        for (var i = 0; i < 3; i++)
        {
            var node = Node($"n{i:00}");
            Apply(node, node with { Spec = node.Spec with { Availability = NodeAvailability.Pause } });
        }

        Apply(null, Task("big", cpus: 2, "node.labels.zone==mars"));
        Apply(null, Node("empty"));

        Assert.Equal(
            "no suitable node (insufficient resources on 47 nodes; 3 nodes not available for new tasks; "
            + "scheduling constraints not satisfied on 1 node)",
            Assert.Single(Pass().Unplaced).Explanation.ToString());
    }

    private static Node Node(string id) => new()
    {
        Id = new NodeId(id),
        Status = new NodeStatus(NodeState.Ready),
        Description = new NodeDescription { Resources = new NodeResources { NanoCpus = 4_000_000_000 } },
    };

    private static SwarmTask Task(string id, long cpus, params string[] constraints) => new()
    {
        Id = new TaskId(id),
        ServiceId = new ServiceId(id[..3]),
        SpecVersion = new ObjectVersion(1),
        DesiredState = TaskState.Running,
        Status = new SwarmTaskStatus { State = TaskState.Pending },
        Spec = new TaskSpec
        {
            Resources = new ResourceRequirements
            {
                Reservations = new NodeResources { NanoCpus = cpus * 1_000_000_000 },
            },
            Placement = new Placement { Constraints = [.. constraints] },
        },
    };

    private void End(string id)
    {
        var running = Task(id, cpus: 3) with
        {
            NodeId = new NodeId("n" + id[4..]),
            Status = new SwarmTaskStatus { State = TaskState.Running },
        };
        Apply(running, running with { Status = new SwarmTaskStatus { State = TaskState.Shutdown } });
    }

    private PassPlan Pass()
    {
        _asked.Count = 0;
        var plan = new PassPlan(_state, _placer);
        plan.Decide();
        plan.ForgetPlaced();
        return plan;
    }

    private void Apply(ClusterObject? before, ClusterObject after) => _state.Apply(new ObjectChange(
        before is null ? ChangeKind.Created : ChangeKind.Updated,
        after,
        before,
        new ObjectVersion(++_version)));

    // Fixed, as filters are that look at the node alone.
    private sealed class CountingFilter : ISchedulingFilter, IFixedNodePredicate
    {
        public int Count { get; set; }

        public string Name => "counting";

        public bool TryBind(SwarmTask task, [NotNullWhen(true)] out INodePredicate? predicate)
        {
            predicate = this;
            return true;
        }

        public bool Admits(NodeView node)
        {
            Count++;
            return true;
        }

        public string Explain(int rejectedNodes) => "";
    }
}
