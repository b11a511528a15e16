using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Orchestration;
using Swarm.Storage;
using Swarm.Testing;

namespace Swarm.Core.Tests.Orchestration;

public sealed class ConstraintEnforcerTests : IDisposable
{
    private const long Gigabyte = 1L << 30;

    private readonly Simulation _simulation = new();
    private readonly ClusterStore _store;
    private readonly CancellationTokenSource _stop = new();
    private int _next;

    public ConstraintEnforcerTests() => _store = new ClusterStore(new InProcessProposer(), _simulation.Time);

    public void Dispose()
    {
        _stop.Cancel();
        _simulation.Settle();
        _stop.Dispose();
        _store.Dispose();
    }

    [Fact]
    public void Scenario_044_A_task_whose_constraint_fails_is_rejected()
    {
        var node = WriteNode(zone: "a");
        var service = WriteService("node.labels.zone==a");
        var task = WriteTask(service, node);
        Start();
        Assert.Equal(TaskState.Running, Read(task).Status.State);

        UpdateNode(node, current => current with { Spec = current.Spec with { Labels = [new("zone", "b")] } });

        var status = Read(task).Status;
        Assert.Equal(TaskState.Rejected, status.State);
        Assert.Equal("task rejected by constraint enforcer", status.Message);
        Assert.Equal("assigned node no longer meets constraints", status.Error);
        Assert.Equal(TaskState.Running, Read(task).DesiredState);
    }

    [Fact]
    public void Tasks_are_checked_when_a_leader_starts()
    {
        var task = WriteTask(WriteService("node.labels.zone==a"), WriteNode(zone: "b"));
        Start();

        Assert.Equal(TaskState.Rejected, Read(task).Status.State);
    }

    [Theory]
    [InlineData(NodeAvailability.Pause)]
    [InlineData(NodeAvailability.Drain)]
    public void Nodes_that_are_not_active_are_left_alone(NodeAvailability availability)
    {
        var node = WriteNode(zone: "b");
        UpdateNode(node, current => current with { Spec = current.Spec with { Availability = availability } });
        var task = WriteTask(WriteService("node.labels.zone==a"), node);
        Start();

        Assert.Equal(TaskState.Running, Read(task).Status.State);
    }

    [Fact]
    public void Scenario_045_Tasks_are_rejected_until_the_rest_fits()
    {
        var node = WriteNode(memory: 4 * Gigabyte);
        var service = WriteService();
        var tasks = Enumerable.Range(0, 4).Select(_ => WriteTask(service, node, memory: Gigabyte)).ToArray();
        var completed = WriteTask(service, node, TaskState.Complete, memory: Gigabyte);
        Start();
        Assert.All(tasks, task => Assert.Equal(TaskState.Running, Read(task).Status.State));

        UpdateNode(node, current => current with
        {
            Description = new() { Resources = new() { MemoryBytes = 2 * Gigabyte } },
        });

        Assert.Equal(
            [TaskState.Running, TaskState.Running, TaskState.Rejected, TaskState.Rejected],
            tasks.Select(task => Read(task).Status.State));
        Assert.Equal(TaskState.Complete, Read(completed).Status.State);
    }

    [Fact]
    public void Scenario_046_The_constraints_the_service_has_now_decide()
    {
        var node = WriteNode(zone: "b");
        var service = WriteService("node.labels.zone==b");
        var task = WriteTask(service, node, constraint: "node.labels.zone==a");
        Start();
        Assert.Equal(TaskState.Running, Read(task).Status.State);

        _ = Change(transaction =>
        {
            transaction.Remove(service);
            return true;
        });
        UpdateNode(node, current => current);
        Assert.Equal(TaskState.Rejected, Read(task).Status.State);
    }

    [Theory]
    [InlineData("gpu=2", "gpu=1,gpu=1", "")]
    [InlineData("gpu=1", "gpu=1,gpu=1", "1")]
    [InlineData("gpu:a,gpu:b", "gpu:a,gpu:b", "")]
    [InlineData("gpu:a", "gpu:b,gpu:a", "0")]
    [InlineData("gpu:a", "gpu=1,gpu:c", "0")]
    [InlineData("", "gpu=1,cpu=0", "0")]
    public void Held_resources_must_still_be_there(string has, string held, string misplaced)
    {
        var node = new Node { Id = new("n"), Description = new() { Resources = new() { Generic = Parse(has) } } };
        var tasks = held.Split(',').Select((text, index) => new SwarmTask
        {
            Id = new($"{index}"),
            Spec = new() { Resources = new() { Reservations = new() } },
            DesiredState = TaskState.Running,
            AssignedGenericResources = Parse(text),
        });

        var found = PlacementCheck.FindMisplaced(node, tasks, _ => null);

        Assert.Equal(misplaced, string.Concat(found));
    }

    private static ValueList<GenericResource> Parse(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries)
        .Select(item => item.Split('=') is [var kind, var amount]
            ? new DiscreteResource(kind, long.Parse(amount))
            : (GenericResource)new NamedResource(item.Split(':')[0], item.Split(':')[1]))
        .ToValueList();

    private void Start()
    {
        // Continuations belong to the simulation, not to the test runner's context.
        SynchronizationContext.SetSynchronizationContext(null);
        var enforcer = new ConstraintEnforcer(_store, NullLogger<ConstraintEnforcer>.Instance);
        _ = _simulation.StartAsync(() => enforcer.RunAsync(_stop.Token));
        _simulation.Settle();
    }

    private Node WriteNode(string zone = "", long memory = 0) => Change(transaction => transaction.Create(new Node
    {
        Id = new($"n{_next++}"),
        Spec = new() { Labels = [new("zone", zone)] },
        Description = new() { Resources = new() { MemoryBytes = memory } },
    }));

    private Service WriteService(params string[] constraints) => Change(transaction => transaction.Create(new Service
    {
        Id = new($"s{_next++}"),
        Spec = new()
        {
            Name = $"service{_next}",
            TaskTemplate = new() { Placement = new() { Constraints = [.. constraints] } },
        },
    }));

    private SwarmTask WriteTask(
        Service service,
        Node node,
        TaskState state = TaskState.Running,
        long memory = 0,
        string? constraint = null)
    {
        var task = new SwarmTask
        {
            Id = new($"t{_next++:d3}"),
            ServiceId = service.Id,
            NodeId = node.Id,
            Slot = 1,
            DesiredState = state == TaskState.Complete ? TaskState.Complete : TaskState.Running,
            Status = new() { State = state },
            Spec = new()
            {
                Placement = constraint is null ? null : new() { Constraints = [constraint] },
                Resources = new() { Reservations = new() { MemoryBytes = memory } },
            },
        };
        return Change(transaction => transaction.Create(task));
    }

    private void UpdateNode(Node node, Func<Node, Node> change)
    {
        Change(transaction => transaction.Update(change(transaction.Nodes.Find(node.Key)!)));
        _simulation.Settle();
    }

    private SwarmTask Read(SwarmTask task) => _store.Current.Tasks.Find(task.Id)!;

    private T Change<T>(Func<StoreTransaction, T> change) => _store.UpdateAsync(change).AsTask().Result;
}
