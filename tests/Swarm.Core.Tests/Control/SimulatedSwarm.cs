using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Agents;
using Swarm.Control;
using Swarm.Dispatch;
using Swarm.Execution;
using Swarm.Identity;
using Swarm.Storage;
using Swarm.Testing;

namespace Swarm.Core.Tests.Control;

/// <summary>A whole swarm on one thread under virtual time: store, control plane, client, and agents with scripted executors.</summary>
internal sealed class SimulatedSwarm : IDisposable
{
    private readonly Random _random;
    private readonly RandomIdGenerator _ids;
    private readonly ControlPlane _controlPlane;
    private readonly Dictionary<NodeId, CancellationTokenSource> _agents = [];
    private readonly ChangeSubscription _feed;

    public SimulatedSwarm(int seed, int workers)
    {
        _random = new Random(seed);
        _ids = new RandomIdGenerator(new Random(seed));
        Store = new ClusterStore(new InProcessProposer(), Simulation.Time);
        _feed = Store.Watch();
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
        _controlPlane = new ControlPlane(Store, new ControlPlaneOptions
        {
            Ids = _ids,
            Random = _random,
            Time = Simulation.Time,
            Loggers = NullLoggerFactory.Instance,
        });
        Client = new SwarmClient(
            Store,
            _ids,
            Simulation.Time,
            _random.NextBytes,
            (service, _, options, cancellationToken) => _controlPlane.Dispatcher.Logs.SubscribeAsync(
                new LogSelector(Services: [service]),
                options,
                cancellationToken),
            _ => null);
        _controlPlane.Start(Simulation.Scheduler);
        Simulation.Settle();
        for (var i = 1; i <= workers; i++)
        {
            AddWorker($"worker-{i}");
        }
    }

    public Simulation Simulation { get; } = new();

    public ClusterStore Store { get; }

    public SwarmClient Client { get; }

    public List<(NodeId Id, InMemoryExecutor Executor)> Workers { get; } = [];

    /// <summary>Every change so far, with its virtual time; equal for equal seeds.</summary>
    public List<string> History { get; } = [];

    public IEnumerable<SwarmTask> Running(ServiceId service) => Store.Current.Tasks.OfService(service)
        .Where(task => task is { DesiredState: TaskState.Running, Status.State: TaskState.Running });

    public T Run<T>(Func<Task<T>> operation) => Simulation.Run(operation);

    public void Run(Func<Task> operation) => Simulation.Run(operation);

    public Service Deploy(ServiceSpec spec) => Run(() => Client.Services.CreateAsync(spec));

    public bool Reaches(Func<bool> condition, TimeSpan limit)
    {
        var reached = Simulation.AdvanceUntil(condition, limit);
        Record();
        return reached;
    }

    public void Advance(TimeSpan span)
    {
        Simulation.Advance(span);
        Record();
    }

    /// <summary>Cuts a worker off: its agent falls silent, its tasks run on.</summary>
    public void Silence(NodeId node)
    {
        _agents[node].Cancel();
        Simulation.Settle();
    }

    public void Dispose()
    {
        foreach (var stop in _agents.Values)
        {
            stop.Cancel();
            stop.Dispose();
        }

        var stopping = _controlPlane.StopAsync();
        Simulation.Settle();
        Assert.True(stopping.IsCompleted);
        _feed.Dispose();
        Store.Dispose();
    }

    private void AddWorker(string hostname)
    {
        var node = new Node { Id = new NodeId(_ids.Next()) };
        Run(() => Store.UpdateAsync(tx => tx.Create(node)).AsTask());
        var executor = new InMemoryExecutor(Simulation.Time);
        executor.Description = executor.Description with { Hostname = hostname };
        var agent = new Agent(
            _controlPlane.Dispatcher.Connect(node.Id, "127.0.0.1"),
            executor,
            new AgentOptions { NodeId = node.Id },
            _random,
            Simulation.Time,
            NullLogger.Instance);
        _agents.Add(node.Id, new CancellationTokenSource());
        _ = Simulation.StartAsync(() => agent.RunAsync(_agents[node.Id].Token));
        Workers.Add((node.Id, executor));
        Assert.True(Reaches(
            () => Store.Current.Nodes.Find(node.Id.Value)!.Status.State == NodeState.Ready,
            TimeSpan.FromSeconds(5)));
    }

    private void Record()
    {
        while (_feed.TryRead(out var transaction))
        {
            History.AddRange(transaction.Changes.Select(change =>
                $"{transaction.Version} {change.Current.UpdatedAt:O} {change.Change} {change.Current.Kind} {change.Current.Key} "
                + $"{(change.Current as SwarmTask)?.Status.State} {(change.Current as SwarmTask)?.DesiredState}"));
        }
    }
}
