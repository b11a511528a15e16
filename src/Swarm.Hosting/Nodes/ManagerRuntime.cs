using System.Collections.Immutable;
using System.Security.Cryptography;
using Swarm.Certificates;
using Swarm.Control;
using Swarm.Dispatch;
using Swarm.Execution;
using Swarm.Identity;
using Swarm.Storage;
using Swarm.Telemetry;

namespace Swarm.Hosting.Nodes;

/// <summary>A swarm that this process is the manager of: store, control plane, client, local agents.</summary>
internal sealed class ManagerRuntime : IAsyncDisposable
{
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(10);

    private readonly ManagerSetup _setup;
    private readonly ClusterStore _store;
    private readonly ControlPlane _controlPlane;
    private readonly SwarmMetrics _metrics;
    private readonly TaskScheduler _scheduler = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
    private readonly NodeTlsInfo _tls;
    private ImmutableList<NodeAgent> _agents = [];

    private ManagerRuntime(
        ManagerSetup setup,
        ClusterStore store,
        SwarmMetrics metrics,
        Cluster cluster,
        NodeId nodeId,
        string address)
    {
        _setup = setup;
        _store = store;
        _metrics = metrics;
        _tls = TlsInfo.Of(cluster.RootCa.Certificate);
        NodeId = nodeId;
        Address = address;
        _controlPlane = new ControlPlane(store, new ControlPlaneOptions
        {
            Ids = Ids,
            Random = NewRandom(),
            Time = setup.Time,
            Filters = setup.Filters,
            Scorers = setup.Scorers,
            Secrets = setup.Secrets,
            Dispatcher = new DispatcherOptions { NodeId = nodeId },
            Metrics = metrics,
            Loggers = setup.Loggers,
        });
        Client = new SwarmClient(
            store,
            Ids,
            setup.Time,
            RandomNumberGenerator.Fill,
            ReadLogsAsync,
            ManagerStatusOf,
            vault: setup.Secrets);
        _controlPlane.Dispatcher.SetManagers([new ManagerPeer(nodeId, address, Weight: 10)]);
    }

    public NodeId NodeId { get; }

    /// <summary>Advertised address, as <c>host:port</c>.</summary>
    public string Address { get; }

    public ISwarmClient Client { get; }

    private RandomIdGenerator Ids { get; } = new();

    /// <summary>Forms the swarm and waits until its first node is ready.</summary>
    public static async Task<ManagerRuntime> StartAsync(
        ManagerSetup setup,
        Cluster cluster,
        Node self,
        string address,
        IExecutor executor,
        CancellationToken cancellationToken)
    {
        var metrics = new SwarmMetrics(setup.Meters);
        var store = new ClusterStore(new InProcessProposer(), setup.Time, options: null, metrics);
        metrics.Observe(store);
        await store.UpdateAsync(
            transaction =>
            {
                transaction.Create(cluster);
                transaction.Create(self);
            },
            cancellationToken);
        var runtime = new ManagerRuntime(setup, store, metrics, cluster, self.Id, address);
        try
        {
            runtime._controlPlane.Start(runtime._scheduler);
            runtime.AddAgent(self.Id, executor);
            await runtime.WaitUntilReadyAsync(self.Id, cancellationToken);
            return runtime;
        }
        catch
        {
            await runtime.StopAsync(removeTasks: false, CancellationToken.None);
            await runtime.DisposeAsync();
            throw;
        }
    }

    /// <summary>Adds a worker that lives in this process, and waits until it is ready.</summary>
    public async Task<NodeId> AddWorkerAsync(IExecutor executor, CancellationToken cancellationToken)
    {
        var worker = new Node { Id = new NodeId(Ids.Next()) };
        await _store.UpdateAsync(transaction => transaction.Create(worker), cancellationToken);
        AddAgent(worker.Id, executor);
        await WaitUntilReadyAsync(worker.Id, cancellationToken);
        return worker.Id;
    }

    /// <summary>True while the agent of every node in this process has a session.</summary>
    public bool AgentsAreReady() => _agents.TrueForAll(agent =>
        _store.Current.Nodes.Find(agent.NodeId.Value) is { Status.State: NodeState.Ready });

    /// <summary>Ends the swarm.</summary>
    /// <param name="removeTasks">Stop and remove the tasks of this process's nodes, or leave them alone.</param>
    /// <param name="impatience">Leaves behind tasks that do not end.</param>
    public async Task StopAsync(bool removeTasks, CancellationToken impatience)
    {
        await Task.WhenAll(_agents.Select(agent => agent.StopAsync(removeTasks, impatience)));
        await _controlPlane.StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents)
        {
            await agent.DisposeAsync();
        }

        await _controlPlane.DisposeAsync();
        _metrics.Dispose();
        _store.Dispose();
    }

    // Heartbeats and back-off need no secrecy, only that nodes differ.
    private static Random NewRandom() => new(RandomNumberGenerator.GetInt32(int.MaxValue));

    private void AddAgent(NodeId nodeId, IExecutor executor)
    {
        var agent = new NodeAgent(
            nodeId,
            _controlPlane.Dispatcher.Connect(nodeId, HostOf(Address)),
            new DescribedExecutor(executor, _tls),
            NewRandom(),
            _setup.Time,
            _setup.Loggers);
        _agents = _agents.Add(agent);
        agent.Start();
    }

    private async Task WaitUntilReadyAsync(NodeId nodeId, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(ReadyTimeout, _setup.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        using var changes = _store.Watch(WatchScope.ForNode(nodeId));
        var node = changes.View.Nodes.Find(nodeId.Value);
        try
        {
            while (node is not { Status.State: NodeState.Ready })
            {
                await changes.WaitAsync(either.Token);
                while (changes.TryRead(out var transaction))
                {
                    node = transaction.View.Nodes.Find(nodeId.Value);
                }
            }
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SwarmException(
                SwarmErrorCode.Unavailable,
                $"node {nodeId} did not become ready within {ReadyTimeout.TotalSeconds:0} s; see the log",
                exception);
        }
    }

    private IAsyncEnumerable<TaskLogLine> ReadLogsAsync(
        ServiceId service,
        TaskId task,
        LogOptions options,
        CancellationToken cancellationToken) =>
        _controlPlane.Dispatcher.Logs.SubscribeAsync(
            task.IsEmpty ? new LogSelector(Services: [service]) : new LogSelector(Tasks: [task]),
            options,
            cancellationToken);

    private ManagerStatus? ManagerStatusOf(NodeId nodeId) =>
        nodeId == NodeId ? new ManagerStatus(1, Address, Leader: true, Reachability.Reachable) : null;

    private static string HostOf(string address) => address[..address.LastIndexOf(':')];
}
