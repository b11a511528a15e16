using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Swarm.Certificates;
using Swarm.Certificates.Authority;
using Swarm.Certificates.Nodes;
using Swarm.Control;
using Swarm.Dispatch;
using Swarm.Execution;
using Swarm.Hosting.Wire.Server;
using Swarm.Identity;
using Swarm.Storage;
using Swarm.Telemetry;

namespace Swarm.Hosting.Nodes;

/// <summary>A swarm that this process is the manager of: store, control plane, client, swarm port, local agents.</summary>
internal sealed class ManagerRuntime : IAsyncDisposable
{
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(10);

    private readonly ManagerSetup _setup;
    private readonly ClusterStore _store;
    private readonly ControlPlane _controlPlane;
    private readonly SwarmMetrics _metrics;
    private readonly TaskScheduler _scheduler = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
    private readonly CurrentIdentity _identity;
    private readonly CertificateRenewal _renewal;
    private readonly CancellationTokenSource _stop = new();
    private Task _renewing = Task.CompletedTask;
    private ImmutableList<NodeAgent> _agents = [];
    private SwarmPort? _port;

    private ManagerRuntime(
        ManagerSetup setup,
        ClusterStore store,
        SwarmMetrics metrics,
        NodeDirectory directory,
        FirstManager first)
    {
        _setup = setup;
        _store = store;
        _metrics = metrics;
        NodeId = first.Node.Id;
        Address = first.Address;
        _controlPlane = new ControlPlane(store, new ControlPlaneOptions
        {
            Ids = Ids,
            Random = setup.NewRandom(),
            Time = setup.Time,
            Filters = setup.Filters,
            Scorers = setup.Scorers,
            Secrets = setup.Secrets,
            Dispatcher = new DispatcherOptions { NodeId = NodeId },
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
        _identity = new CurrentIdentity(first.Identity, KeyEncryptionKey.None);
        _renewal = new CertificateRenewal(
            _identity,
            directory.Identity,
            new LocalAuthority(() => _controlPlane.Certificates, () => store.Current.Cluster, setup.Time),
            setup.NewRandom(),
            setup.Time,
            setup.Loggers.CreateLogger<CertificateRenewal>());
        _controlPlane.Dispatcher.SetManagers([new ManagerPeer(NodeId, Address, Weight: 10)]);
    }

    public NodeId NodeId { get; }

    /// <summary>Advertised address, as <c>host:port</c>.</summary>
    public string Address { get; }

    public ISwarmClient Client { get; }

    private RandomIdGenerator Ids { get; } = new();

    /// <summary>Forms the swarm, opens its port, and waits until its first node is ready.</summary>
    public static async Task<ManagerRuntime> StartAsync(
        ManagerSetup setup,
        NodeDirectory directory,
        FirstManager first,
        IExecutor executor,
        CancellationToken cancellationToken)
    {
        var metrics = new SwarmMetrics(setup.Meters);
        var store = new ClusterStore(new InProcessProposer(), setup.Time, options: null, metrics);
        metrics.Observe(store);
        await store.UpdateAsync(
            transaction =>
            {
                transaction.Create(first.Cluster);
                transaction.Create(first.Node);
            },
            cancellationToken);
        first.SaveTo(directory);
        var runtime = new ManagerRuntime(setup, store, metrics, directory, first);
        try
        {
            await runtime.OpenPortAsync(first.Listen, cancellationToken);
            runtime._controlPlane.Start(runtime._scheduler);
            runtime.StartOwnAgent(executor);
            await runtime.WaitUntilReadyAsync(runtime.NodeId, cancellationToken);
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
        AddAgent(worker.Id, executor, () => TlsInfo.Wanted(_store.Current.Cluster!.RootCa), session: null);

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
        await _stop.CancelAsync();
        await Task.WhenAll(_agents.Select(agent => agent.StopAsync(removeTasks, impatience)));
        await Loops.IgnoreAsync(_renewing);

        // Sessions end with the dispatcher; a port that waited for them would wait for ever.
        await _controlPlane.StopAsync();
        if (_port is { } port)
        {
            await Loops.IgnoreAsync(port.StopAsync(impatience));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents)
        {
            await agent.DisposeAsync();
        }

        if (_port is { } port)
        {
            await port.DisposeAsync();
        }

        await _controlPlane.DisposeAsync();
        _metrics.Dispose();
        _store.Dispose();
        _stop.Dispose();
    }

    private async Task OpenPortAsync(IPEndPoint listen, CancellationToken cancellationToken) =>
        _port = await SwarmPort.OpenAsync(
            listen,
            new PortIdentity(_identity, () => _store.Current.Cluster!.RootCa.Certificate, _setup.Time),
            new ManagerServices(
                () => _store.Current.Cluster,
                () => _controlPlane.Certificates,
                () => _controlPlane.Dispatcher),
            _setup.Loggers,
            cancellationToken);

    private void StartOwnAgent(IExecutor executor)
    {
        var agent = AddAgent(
            NodeId,
            executor,
            () => _identity.Value.TlsInfo,
            new NodeSession(_renewal, onManagers: _ => { }));
        _identity.Changed += (_, _) => agent.DescribeSoon();
        _renewing = agent.RunBesideAsync(() => _renewal.RunAsync(_stop.Token));
    }

    private NodeAgent AddAgent(NodeId nodeId, IExecutor executor, Func<NodeTlsInfo> tls, NodeSession? session)
    {
        var agent = new NodeAgent(
            nodeId,
            _controlPlane.Dispatcher.Connect(nodeId, HostOf(Address)),
            new DescribedExecutor(executor, tls),
            session,
            _setup);
        _agents = _agents.Add(agent);
        agent.Start();
        return agent;
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
