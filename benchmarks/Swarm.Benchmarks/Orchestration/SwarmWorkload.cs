using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Agents;
using Swarm.Control;
using Swarm.Execution;
using Swarm.Identity;
using Swarm.Storage;
using Swarm.Testing;

namespace Swarm.Benchmarks.Orchestration;

/// <summary>
/// A whole swarm in one thread under virtual time: the control plane, its dispatcher with a session for every node, and
/// an agent with an in-memory executor for each of them.
/// </summary>
internal sealed class SwarmWorkload : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromHours(12);

    private readonly RandomIdGenerator _ids = new(new Random(1));
    private readonly Random _random = new(1);
    private readonly List<(NodeId Node, CancellationTokenSource Stop)> _agents = [];
    private readonly ControlPlane _controlPlane;
    private readonly SwarmClient _client;
    private ServiceId _service;

    public SwarmWorkload(int nodes)
    {
        Store = new ClusterStore(new InProcessProposer(), Simulation.Time);
        var cluster = ClusterFactory.Create(new ClusterInit(), _ids, Simulation.Time.GetUtcNow(), _random.NextBytes);
        Simulation.Run(() => Store.UpdateAsync(transaction => transaction.Create(cluster)).AsTask());
        _controlPlane = new ControlPlane(Store, new ControlPlaneOptions
        {
            Ids = _ids,
            Random = _random,
            Time = Simulation.Time,
            Loggers = NullLoggerFactory.Instance,
        });
        _client = new SwarmClient(
            Store,
            _ids,
            Simulation.Time,
            _random.NextBytes,
            (_, _, _, _) => throw new NotSupportedException("nobody reads logs here"),
            _ => null);
        _controlPlane.Start(Simulation.Scheduler);
        Simulation.Settle();
        Simulation.Run(() => Store.UpdateAsync(transaction =>
        {
            for (var i = 0; i < nodes; i++)
            {
                _agents.Add((new NodeId(_ids.Next()), new CancellationTokenSource()));
                transaction.Create(new Node { Id = _agents[^1].Node });
            }
        }).AsTask());
        foreach (var (node, stop) in _agents)
        {
            Connect(node, stop.Token);
        }

        Until(() => Store.Current.Nodes.Count(node => node.Status.State == NodeState.Ready) == nodes);
    }

    public Simulation Simulation { get; } = new();

    public ClusterStore Store { get; }

    public void Create(int replicas) => _service = Simulation.Run(() => _client.Services.CreateAsync(
        PipelineWorkload.Spec(replicas) with
        {
            Update = new UpdatePolicy { Parallelism = 100, Monitor = TimeSpan.FromMilliseconds(100) },
        })).Id;

    public void UntilAssigned(int replicas) => Until(() =>
    {
        var tasks = Store.Current.Tasks;
        return tasks.Count == replicas
            && tasks.CountInState(TaskState.New) == 0
            && tasks.CountInState(TaskState.Pending) == 0;
    });

    public void UntilRunning(int replicas) => Until(() => Store.Current.Tasks.CountInState(TaskState.Running) == replicas);

    /// <summary>Cuts a node off and waits until the managers notice.</summary>
    /// <returns>Tasks it had.</returns>
    public int LoseNode()
    {
        var (node, stop) = _agents[^1];
        var lost = Store.Current.Tasks.CountOnNode(node);
        stop.Cancel();
        Until(() => Store.Current.Nodes.Find(node.Value)!.Status.State == NodeState.Down);
        return lost;
    }

    /// <summary>Replaces all tasks, so many at a time as the policy says, and waits until the update has completed.</summary>
    public void Update()
    {
        Simulation.Run(() => _client.Services.UpdateAsync(_service, spec => spec with
        {
            TaskTemplate = spec.TaskTemplate with { Workload = new ContainerSpec { Image = "web:2" } },
        }));
        Until(() => Store.Current.Services.Find(_service.Value)!.RolloutStatus is { State: RolloutState.Completed });
    }

    public void Dispose()
    {
        foreach (var (_, stop) in _agents)
        {
            stop.Cancel();
        }

        Simulation.Run(_controlPlane.StopAsync);
        Store.Dispose();
    }

    private void Until(Func<bool> condition)
    {
        if (!Simulation.AdvanceUntil(condition, Limit))
        {
            throw new InvalidOperationException("the swarm did not get there");
        }
    }

    private void Connect(NodeId node, CancellationToken stop)
    {
        var executor = new InMemoryExecutor(Simulation.Time);
        executor.Description = executor.Description with { Hostname = node.Value };
        var agent = new Agent(
            _controlPlane.Dispatcher.Connect(node, "127.0.0.1"),
            executor,
            new AgentOptions { NodeId = node },
            _random,
            Simulation.Time,
            NullLogger.Instance);
        _ = Simulation.StartAsync(() => agent.RunAsync(stop));
    }
}
