using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Agents;
using Swarm.Control;
using Swarm.Core.Tests.Agents;
using Swarm.Execution;
using Swarm.Identity;
using Swarm.Storage;

namespace Swarm.Core.Tests.Simulated;

/// <summary>A whole swarm in one thread whose control plane can fall over and whose workers can be cut off.</summary>
internal sealed class SwarmUnderTest : IDisposable
{
    private readonly Random _random;
    private readonly RandomIdGenerator _ids;
    private readonly Dictionary<NodeId, Worker> _workers = [];
    private ControlPlane _controlPlane = null!;

    public SwarmUnderTest(int seed, int workers)
    {
        _random = new Random(seed);
        _ids = new RandomIdGenerator(new Random(seed));
        Store = new ClusterStore(new InProcessProposer(), Simulation.Time);
        Feed = Store.Watch();
        var cluster = ClusterFactory.Create(
            new ClusterInit(),
            _ids,
            Simulation.Time.GetUtcNow(),
            bytes => new Random(seed).NextBytes(bytes));
        Run(() => Store.UpdateAsync(tx =>
        {
            tx.Create(cluster);
            tx.Create(PredefinedNetworks.CreateIngress(_ids));
        }).AsTask());
        Client = new SwarmClient(
            Store,
            _ids,
            Simulation.Time,
            _random.NextBytes,
            (_, _, _, _) => AsyncEnumerable.Empty<TaskLogLine>(),
            _ => null);
        Lead();
        for (var i = 1; i <= workers; i++)
        {
            AddWorker();
        }
    }

    public Swarm.Testing.Simulation Simulation { get; } = new();

    public ClusterStore Store { get; }

    public ClusterView View => Store.Current;

    public ChangeSubscription Feed { get; }

    public SwarmClient Client { get; }

    /// <summary>What tasks do, by image; asked when a task arrives at its node.</summary>
    public Func<SwarmTask, InMemoryBehavior> Behaviour { get; set; } = _ => InMemoryBehavior.RunForever;

    public IEnumerable<NodeId> Workers => _workers.Keys;

    public int RunningProcesses => _workers.Values.Sum(worker => worker.Executor.Running.Count);

    public void Run(Func<Task> operation) => Simulation.Run(operation);

    /// <summary>Does something that a client may do; a refusal is an answer like any other.</summary>
    public void Try(Func<Task> operation)
    {
        try
        {
            Run(operation);
        }
        catch (SwarmException)
        {
            // The swarm has moved on since the client looked.
        }
    }

    public void Advance(TimeSpan span) => Simulation.Advance(span);

    /// <summary>Another leader takes over; whatever the last one only remembered is gone.</summary>
    public void ChangeLeader()
    {
        Run(_controlPlane.StopAsync);
        Lead();
    }

    /// <summary>Nothing runs for a while: the machine sleeps.</summary>
    public void Stall(TimeSpan span)
    {
        Simulation.Time.MoveTo(Simulation.Time.GetUtcNow() + span);
        Simulation.Settle();
    }

    public void AddWorker()
    {
        var node = new Node { Id = new NodeId(_ids.Next()) };
        Run(() => Store.UpdateAsync(tx => tx.Create(node)).AsTask());
        var executor = new InMemoryExecutor(Simulation.Time);
        executor.Description = executor.Description with { Hostname = $"worker-{_workers.Count + 1}" };
        foreach (var image in SimulatedImages.All)
        {
            executor.Script(image, task => Behaviour(task));
        }

        _workers.Add(node.Id, new Worker(executor, new MemoryAgentTaskStore()));
        Connect(node.Id);
    }

    public void Crash(SwarmTask task) => _workers[task.NodeId].Executor.Exit(task.Id);

    public bool IsConnected(NodeId node) => _workers[node].Stop is not null;

    /// <summary>The agent dies; what it ran runs on.</summary>
    public void Disconnect(NodeId node)
    {
        _workers[node].Stop!.Cancel();
        _workers[node].Stop = null;
        Simulation.Settle();
    }

    /// <summary>The agent starts again and finds what it left.</summary>
    public void Connect(NodeId id)
    {
        var worker = _workers[id];
        var agent = new Agent(
            new FaultyConnection(() => _controlPlane.Dispatcher.Connect(id, "127.0.0.1")) { KeepsReports = false },
            worker.Executor,
            new AgentOptions { NodeId = id, Tasks = worker.Tasks },
            _random,
            Simulation.Time,
            NullLogger.Instance);
        worker.Stop = new CancellationTokenSource();
        var token = worker.Stop.Token;
        _ = Simulation.StartAsync(() => agent.RunAsync(token));
        Simulation.Settle();
    }

    public void Dispose()
    {
        foreach (var node in _workers.Keys.Where(IsConnected))
        {
            Disconnect(node);
        }

        Run(_controlPlane.StopAsync);
        Feed.Dispose();
        Store.Dispose();
    }

    private void Lead()
    {
        _controlPlane = new ControlPlane(Store, new ControlPlaneOptions
        {
            Ids = _ids,
            Random = _random,
            Time = Simulation.Time,
            Loggers = NullLoggerFactory.Instance,
        });
        _controlPlane.Start(Simulation.Scheduler);
        Simulation.Settle();
    }

    private sealed class Worker(InMemoryExecutor executor, MemoryAgentTaskStore tasks)
    {
        public InMemoryExecutor Executor { get; } = executor;

        public MemoryAgentTaskStore Tasks { get; } = tasks;

        public CancellationTokenSource? Stop { get; set; }
    }
}

/// <summary>Images and what they do.</summary>
internal static class SimulatedImages
{
    public static readonly string[] Good = ["good:1", "good:2", "good:3", "good:4"];
    public static readonly string[] Bad = ["reject:1", "fail:1", "sick:1"];
    public static readonly string[] Job = ["job:1", "job:2"];

    public static readonly string[] All = [.. Good, .. Bad, .. Job, "crash:1"];

    public static InMemoryBehavior BehaviourOf(string image, Random random) => image switch
    {
        "reject:1" => InMemoryBehavior.Reject("no such thing"),
        "fail:1" => InMemoryBehavior.FailToStart("does not start"),
        "sick:1" => new InMemoryBehavior { HealthyAfter = TimeSpan.FromDays(1_000) },
        "crash:1" => InMemoryBehavior.Exit(1, TimeSpan.FromSeconds(random.Next(1, 20))),
        "job:1" or "job:2" => InMemoryBehavior.Exit(random.Next(4) == 0 ? 1 : 0, TimeSpan.FromSeconds(random.Next(6))),
        _ => new InMemoryBehavior
        {
            HealthyAfter = TimeSpan.FromMilliseconds(random.Next(2_500)),
            StopDelay = TimeSpan.FromMilliseconds(random.Next(2_500)),
        },
    };
}
