using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Dispatch;
using Swarm.Identity;
using Swarm.Storage;
using Swarm.Testing;

namespace Swarm.Core.Tests.Dispatch;

/// <summary>A store and a dispatcher on one thread under virtual time.</summary>
internal sealed class DispatcherFixture
{
    private StopSignal _stop = new();
    private readonly DispatcherOptions _options;

    public DispatcherFixture(DispatcherOptions? options = null, int seed = 1)
    {
        // Continuations must come back to the simulation, not to the test runner's context.
        SynchronizationContext.SetSynchronizationContext(null);
        _options = options ?? new DispatcherOptions { NodeId = new NodeId("manager") };
        Ids = new RandomIdGenerator(new Random(seed));
        Store = new ClusterStore(new InProcessProposer(), Simulation.Time);
        Dispatcher = NewDispatcher(seed);
    }

    public Simulation Simulation { get; } = new();

    public RandomIdGenerator Ids { get; }

    public ClusterStore Store { get; }

    public Dispatcher Dispatcher { get; private set; }

    public Task Running { get; private set; } = Task.CompletedTask;

    public DispatcherFixture Start()
    {
        Running = Simulation.StartAsync(() => Dispatcher.RunAsync(_stop.Token));
        Simulation.Settle();
        return this;
    }

    /// <summary>Another manager becomes leader.</summary>
    public void ChangeLeader()
    {
        Stop();
        _stop = new StopSignal();
        Dispatcher = NewDispatcher(99);
        Start();
    }

    public void Stop()
    {
        _stop.Set();
        Simulation.Settle();
        Assert.True(Running.IsCompletedSuccessfully);
    }

    public void Write(Action<StoreTransaction> change) => Simulation.Run(() => Store.UpdateAsync(change).AsTask());

    public void AddNode(string id, NodeState state = NodeState.Unknown) => Write(transaction => transaction.Create(
        new Node { Id = new NodeId(id), Status = new NodeStatus(state) }));

    public SwarmTask AddTask(
        string id,
        string node,
        TaskState state = TaskState.Assigned,
        TaskState desired = TaskState.Running,
        string service = "service",
        ContainerSpec? container = null)
    {
        var task = new SwarmTask
        {
            Id = new TaskId(id),
            NodeId = new NodeId(node),
            ServiceId = new ServiceId(service),
            Spec = new TaskSpec { Workload = container ?? new ContainerSpec { Image = "host" } },
            Status = new SwarmTaskStatus { State = state },
            DesiredState = desired,
        };
        Write(transaction => transaction.Create(task));
        return TaskOf(id);
    }

    public void Change(string task, Func<SwarmTask, SwarmTask> change) =>
        Write(transaction => transaction.Update(change(transaction.Tasks.Find(new TaskId(task))!)));

    public void Desire(string task, TaskState desired) => Change(task, old => old with { DesiredState = desired });

    public void RemoveTask(string task) =>
        Write(transaction => transaction.Remove(transaction.Tasks.Find(new TaskId(task))!));

    public Node NodeOf(string id) => Store.Current.Nodes.Find(id)!;

    public SwarmTask TaskOf(string id) => Store.Current.Tasks.Find(new TaskId(id))!;

    public TaskState StateOf(string id) => TaskOf(id).Status.State;

    /// <summary>Opens a session for a node and keeps it, without heartbeats.</summary>
    public FakeNode Join(string id, string sessionId = "", string hostname = "host")
    {
        var node = new FakeNode(this, Dispatcher.Connect(new NodeId(id), $"{id}:1234"));
        node.Open(sessionId, hostname);
        Simulation.Advance(TimeSpan.FromMilliseconds(150));
        return node;
    }

    public void Advance(double seconds) => Simulation.Advance(TimeSpan.FromSeconds(seconds));

    private Dispatcher NewDispatcher(int seed) =>
        new(Store, Ids, new Random(seed), Simulation.Time, _options, NullLogger.Instance);
}
