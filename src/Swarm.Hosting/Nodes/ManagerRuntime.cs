using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Swarm.Agents;
using Swarm.Certificates;
using Swarm.Certificates.Authority;
using Swarm.Certificates.Nodes;
using Swarm.Control;
using Swarm.Dispatch;
using Swarm.Execution;
using Swarm.Hosting.Replication;
using Swarm.Hosting.Wire.Server;
using Swarm.Identity;
using Swarm.Secrets;
using Swarm.Storage;
using Swarm.Telemetry;

namespace Swarm.Hosting.Nodes;

/// <summary>A swarm that this process is the manager of: store, control plane, client, swarm port, local agents.</summary>
internal sealed class ManagerRuntime : IAsyncDisposable
{
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(10);

    private readonly ManagerSetup _setup;
    private readonly ClusterStore _store;
    private readonly RaftProposer _proposer;
    private readonly Leadership _leadership;
    private readonly SwarmMetrics _metrics;
    private readonly NodeDirectory _directory;
    private readonly CurrentIdentity _identity;
    private readonly CertificateRenewal _renewal;
    private readonly CancellationTokenSource _stop = new();
    private Task _renewing = Task.CompletedTask;
    private ImmutableList<NodeAgent> _agents = [];
    private ManagerLog? _log;
    private SwarmPort? _port;

    private ManagerRuntime(
        ManagerSetup setup,
        NodeDirectory directory,
        NodeIdentity identity,
        KeyEncryptionKey encryption,
        string address)
    {
        _setup = setup;
        _directory = directory;
        NodeId = identity.NodeId;
        Address = address;
        _metrics = new SwarmMetrics(setup.Meters);
        _proposer = new RaftProposer();
        _store = new ClusterStore(_proposer, setup.Time, options: null, _metrics);
        _metrics.Observe(_store);
        _leadership = new Leadership(
            NewControlPlane,
            BeginTermAsync,
            setup.Loggers.CreateLogger<Leadership>());
        Client = new SwarmClient(
            _store,
            Ids,
            setup.Time,
            RandomNumberGenerator.Fill,
            ReadLogsAsync,
            ManagerStatusOf,
            vault: setup.Secrets);
        _identity = new CurrentIdentity(identity, encryption);
        _renewal = new CertificateRenewal(
            _identity,
            directory.Identity,
            new LocalAuthority(() => _leadership.Current?.Certificates, () => _store.Current.Cluster, setup.Time),
            setup.NewRandom(),
            setup.Time,
            setup.Loggers.CreateLogger<CertificateRenewal>());
    }

    public NodeId NodeId { get; }

    /// <summary>Advertised address, as <c>host:port</c>.</summary>
    public string Address { get; }

    public ISwarmClient Client { get; }

    private RandomIdGenerator Ids { get; } = new();

    /// <summary>Forms a swarm, opens its port, and waits until its first node is ready.</summary>
    public static Task<ManagerRuntime> StartAsync(
        ManagerSetup setup,
        NodeDirectory directory,
        FirstManager first,
        IExecutor executor,
        CancellationToken cancellationToken)
    {
        first.SaveTo(directory);
        var runtime = new ManagerRuntime(setup, directory, first.Identity, KeyEncryptionKey.None, first.Address);
        return runtime.RunAsync(first.Addresses, first, executor, cancellationToken);
    }

    /// <summary>Takes up the swarm of the last process of this directory.</summary>
    /// <exception cref="Raft.Storage.RaftStorageException">The log cannot be opened.</exception>
    public static Task<ManagerRuntime> ResumeAsync(
        ManagerSetup setup,
        NodeDirectory directory,
        (NodeIdentity Identity, KeyEncryptionKey Encryption) saved,
        NodeAddresses addresses,
        IExecutor executor,
        CancellationToken cancellationToken)
    {
        var runtime = new ManagerRuntime(setup, directory, saved.Identity, saved.Encryption, addresses.Advertised);
        return runtime.RunAsync(addresses, null, executor, cancellationToken);
    }

    /// <summary>Adds a worker that lives in this process, and waits until it is ready.</summary>
    public async Task<NodeId> AddWorkerAsync(IExecutor executor, CancellationToken cancellationToken)
    {
        var worker = new Node { Id = new NodeId(Ids.Next()) };
        await _store.UpdateAsync(transaction => transaction.Create(worker), cancellationToken);
        AddAgent(worker.Id, executor, () => TlsInfo.Wanted(_store.Current.Cluster!.RootCa), tasks: null, session: null);

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
        await _leadership.StopAsync();
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

        await _leadership.DisposeAsync();
        if (_log is { } log)
        {
            await log.DisposeAsync();
        }

        _metrics.Dispose();
        _store.Dispose();
        _stop.Dispose();
    }

    private async Task<ManagerRuntime> RunAsync(
        NodeAddresses addresses,
        FirstManager? first,
        IExecutor executor,
        CancellationToken cancellationToken)
    {
        try
        {
            await OpenLogAsync(first, cancellationToken);
            await OpenPortAsync(addresses.Listen, cancellationToken);
            _leadership.Start();
            StartOwnAgent(executor);
            await WaitUntilReadyAsync(NodeId, cancellationToken);
            return this;
        }
        catch
        {
            await StopAsync(removeTasks: false, CancellationToken.None);
            await DisposeAsync();
            throw;
        }
    }

    private async Task OpenLogAsync(FirstManager? first, CancellationToken cancellationToken)
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Observe(Raft.RaftState state)
        {
            _leadership.Observe(state);
            if (state.IsReady)
            {
                ready.TrySetResult();
            }
        }

        _log = first is null
            ? await ManagerLog.ResumeAsync(
                _setup, _directory.Log, _store, _proposer, Observe, cancellationToken)
            : await ManagerLog.BeginAsync(
                _setup, _directory.Log, first.Member, _store, _proposer, Observe, cancellationToken);
        await ready.Task.WaitAsync(ReadyTimeout, _setup.Time, cancellationToken);
        if (first is not null)
        {
            await _store.UpdateAsync(
                transaction =>
                {
                    transaction.Create(first.Cluster);
                    transaction.Create(first.Node);
                },
                cancellationToken);
        }
    }

    private ControlPlane NewControlPlane() => new(_store, new ControlPlaneOptions
    {
        Ids = Ids,
        Random = _setup.NewRandom(),
        Time = _setup.Time,
        Filters = _setup.Filters,
        Scorers = _setup.Scorers,
        Secrets = _setup.Secrets,
        Dispatcher = new DispatcherOptions { NodeId = NodeId },
        Metrics = _metrics,
        Loggers = _setup.Loggers,
    });

    private Task BeginTermAsync(ControlPlane plane, CancellationToken cancellationToken)
    {
        plane.Dispatcher.SetManagers([new ManagerPeer(NodeId, Address, Weight: 10)]);
        return Task.CompletedTask;
    }

    private async Task OpenPortAsync(IPEndPoint listen, CancellationToken cancellationToken) =>
        _port = await SwarmPort.OpenAsync(
            listen,
            new PortIdentity(_identity, () => _store.Current.Cluster!.RootCa.Certificate, _setup.Time),
            new ManagerServices(
                () => _store.Current.Cluster,
                () => _leadership.Current?.Certificates,
                () => _leadership.Current?.Dispatcher),
            _setup.Loggers,
            cancellationToken);

    private void StartOwnAgent(IExecutor executor)
    {
        var agent = AddAgent(
            NodeId,
            executor,
            () => _identity.Value.TlsInfo,
            new FileAgentTaskStore(_directory.Tasks, _setup.Loggers.CreateLogger<FileAgentTaskStore>()),
            new NodeSession(_renewal, onManagers: _ => { }));
        _identity.Changed += (_, _) => agent.DescribeSoon();
        _renewing = Task.WhenAll(
            agent.RunBesideAsync(() => _renewal.RunAsync(_stop.Token)),
            agent.RunBesideAsync(() => KeyShares.ReceiveAsync(
                _setup.Secrets, _store, NodeId, () => _identity.Value.PrivateKey, _setup.Loggers, _stop.Token)));
    }

    private NodeAgent AddAgent(
        NodeId nodeId,
        IExecutor executor,
        Func<NodeTlsInfo> tls,
        IAgentTaskStore? tasks,
        NodeSession? session)
    {
        var agent = new NodeAgent(
            nodeId,
            new LeaderConnection(() => _leadership.Require().Dispatcher, nodeId, HostOf(Address)),
            new DescribedExecutor(executor, tls),
            tasks,
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
        _leadership.Require().Dispatcher.Logs.SubscribeAsync(
            task.IsEmpty ? new LogSelector(Services: [service]) : new LogSelector(Tasks: [task]),
            options,
            cancellationToken);

    private ManagerStatus? ManagerStatusOf(NodeId nodeId) =>
        nodeId == NodeId ? new ManagerStatus(1, Address, Leader: true, Reachability.Reachable) : null;

    private static string HostOf(string address) => address[..address.LastIndexOf(':')];
}
