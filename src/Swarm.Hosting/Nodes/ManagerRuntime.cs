using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Swarm.Agents;
using Swarm.Allocation;
using Swarm.Certificates;
using Swarm.Certificates.Access;
using Swarm.Certificates.Nodes;
using Swarm.Control;
using Swarm.Dispatch;
using Swarm.Execution;
using Swarm.Hosting.Backups;
using Swarm.Hosting.Gossip;
using Swarm.Hosting.Mesh;
using Swarm.Hosting.Replication;
using Swarm.Hosting.Wire.Client;
using Swarm.Hosting.Wire.Server;
using Swarm.Identity;
using Swarm.Secrets;
using Swarm.Storage;
using Swarm.Telemetry;

namespace Swarm.Hosting.Nodes;

/// <summary>This process as one of the managers of a swarm: store, log, control plane, client, swarm port, local agents.</summary>
internal sealed partial class ManagerRuntime : IAsyncDisposable
{
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _stop = new();
    private Task _sharing = Task.CompletedTask;
    private Task _gossip = Task.CompletedTask;
    private Task _meshing = Task.CompletedTask;
    private Task _keeping = Task.CompletedTask;
    private Task _telling = Task.CompletedTask;
    private readonly ManagerSetup _setup;
    private readonly ClusterStore _store;
    private readonly RaftProposer _proposer;
    private readonly QuorumMembers _members = new();
    private readonly MeshDirectory _mesh;
    private readonly Leadership _leadership;
    private readonly SwarmClient _local;
    private readonly LeaderAccess _leader;
    private readonly SwarmMetrics _metrics;
    private readonly RaftMetrics _raftMetrics;
    private readonly NodeDirectory _directory;
    private readonly Pulse _stateChanged = new();
    private readonly ILogger _logger;
    private ImmutableList<NodeAgent> _agents = [];
    private volatile Quorum? _quorum;
    private LogKeeper? _keeper;
    private SwarmPort? _port;

    private ManagerRuntime(ManagerSetup setup, NodeDirectory directory, MemberAgent member)
    {
        (_setup, _directory, Member) = (setup, directory, member);
        _logger = setup.Loggers.CreateLogger<ManagerRuntime>();
        _metrics = new SwarmMetrics(setup.Meters);
        _raftMetrics = new RaftMetrics(setup.Meters);
        _raftMetrics.Observe(() => _quorum?.Log.Node);
        _proposer = new RaftProposer(setup.Time, _raftMetrics);
        _store = new ClusterStore(_proposer, setup.Time, options: null, _metrics);
        _metrics.Observe(_store, () => Leads);
        _mesh = new MeshDirectory(_store, setup.Time);
        _leadership = new Leadership(
            NewControlPlane,
            BeginTermAsync,
            setup.Loggers.CreateLogger<Leadership>());
        _leader = new LeaderAccess(_leadership, () => _quorum, member.Identity, setup.Time);
        _local = new SwarmClient(
            _store,
            Ids,
            setup.Time,
            RandomNumberGenerator.Fill,
            new QuorumLogs(_leadership, _leader).ReadAsync,
            StatusOf,
            new ExternalCaClient(member.Identity, setup.Time),
            setup.Secrets);
        Client = new QuorumClient(_local, _leader);
        _members.Changed += OnMembersChanged;
    }

    /// <summary>The node with its agent, which outlives its time as a manager.</summary>
    public MemberAgent Member { get; }

    public NodeId NodeId => Member.NodeId;

    /// <summary>Advertised address, as <c>host:port</c>.</summary>
    public string Address => _members.OfNode(NodeId)?.Addr is { Length: > 0 } address
        ? address
        : Member.Addresses.Advertised;

    public ISwarmClient Client { get; }

    /// <summary>Completes when the log or the other managers say that this one was taken out.</summary>
    public TaskCompletionSource Removed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RandomIdGenerator Ids { get; } = new();

    /// <summary>Forms a swarm, opens its port, and waits until its first node is ready.</summary>
    public static Task<ManagerRuntime> StartAsync(
        ManagerSetup setup,
        NodeDirectory directory,
        FoundingNode first,
        IExecutor executor,
        CancellationToken cancellationToken)
    {
        first.SaveTo(directory);
        var member = new MemberAgent(
            setup,
            directory,
            first.Identity,
            KeyEncryptionKey.None,
            new SavedMembership(first.Addresses, [new ManagerPeer(first.Node.Id, first.Address, 0)]),
            executor);
        var runtime = new ManagerRuntime(setup, directory, member);
        return runtime.GuardAsync(() => runtime.BeginAsync(first, cancellationToken));
    }

    /// <summary>Takes up the place in a swarm that the last process of this directory had.</summary>
    /// <exception cref="Raft.Storage.RaftStorageException">The log cannot be opened.</exception>
    public static Task<ManagerRuntime> ResumeAsync(
        ManagerSetup setup,
        NodeDirectory directory,
        MemberAgent member,
        CancellationToken cancellationToken)
    {
        var runtime = new ManagerRuntime(setup, directory, member);
        return runtime.GuardAsync(() => ManagerLog.Exists(directory.Log)
            ? runtime.ResumeAsync(cancellationToken)
            : runtime.JoinAsync(cancellationToken));
    }

    /// <summary>Joins the quorum of a swarm that this node is a member of, with a manager's certificate.</summary>
    /// <remarks>When it fails the member's agent goes on as it was.</remarks>
    public static Task<ManagerRuntime> JoinAsync(
        ManagerSetup setup,
        NodeDirectory directory,
        MemberAgent member,
        CancellationToken cancellationToken) =>
        BesideAgentAsync(new(setup, directory, member), runtime => runtime.JoinAsync(cancellationToken));

    /// <summary>Goes on as the only manager of a swarm whose others are lost.</summary>
    /// <remarks>When it fails the member's agent goes on as it was.</remarks>
    /// <exception cref="Raft.Storage.RaftStorageException">The log cannot be opened.</exception>
    /// <exception cref="InvalidOperationException">The log does not know this manager as a member.</exception>
    public static Task<ManagerRuntime> BeginAnewAsync(
        ManagerSetup setup,
        NodeDirectory directory,
        MemberAgent member,
        CancellationToken cancellationToken) =>
        BesideAgentAsync(new(setup, directory, member), runtime => runtime.BeginAnewAsync(cancellationToken));

    private static async Task<ManagerRuntime> BesideAgentAsync(
        ManagerRuntime runtime,
        Func<ManagerRuntime, Task> start)
    {
        try
        {
            await start(runtime);
            return runtime;
        }
        catch
        {
            await runtime.ResignAsync();
            throw;
        }
    }

    /// <summary>Adds a worker that lives in this process, and waits until it is ready.</summary>
    public async Task<NodeId> AddWorkerAsync(IExecutor executor, CancellationToken cancellationToken)
    {
        var worker = new Node { Id = new NodeId(Ids.Next()) };
        await _store.UpdateAsync(transaction => transaction.Create(worker), cancellationToken);
        var agent = new NodeAgent(
            worker.Id,
            new LeaderConnection(() => _leadership.Require().Dispatcher, worker.Id, HostOf(Address)),
            new DescribedExecutor(executor, () => TlsInfo.Wanted(_store.Current.Cluster!.RootCa)),
            tasks: null,
            session: null,
            _setup);
        _agents = _agents.Add(agent);
        agent.Start();
        await WaitUntilReadyAsync(worker.Id, cancellationToken);
        return worker.Id;
    }

    /// <summary>Writes a backup of the swarm.</summary>
    public async Task BackUpAsync(Stream destination, CancellationToken cancellationToken)
    {
        await _leader.CatchUpAsync(cancellationToken);
        var quorum = _quorum ?? throw NodeErrors.ManagerNotReady();
        var state = await quorum.Log.Node.CaptureAsync(at => new BackupState(
            _store.Current,
            _members.ToSnapshot(),
            at.Index,
            at.Term));
        await new BackupWriter(_setup, _directory, Member).WriteAsync(state, destination, cancellationToken);
    }

    /// <summary>What this manager's log has come to.</summary>
    public ClusterStore Store => _store;

    /// <summary>The quorum; null until the log is open.</summary>
    public Quorum? Quorum => _quorum;

    /// <summary>True while this manager leads the swarm.</summary>
    public bool Leads => _leadership?.Current is not null;

    /// <summary>Whether this manager knows who leads.</summary>
    public bool KnowsLeader => _quorum is { } quorum && (quorum.Leads || quorum.Leader is not null);

    /// <summary>The managers, with their addresses.</summary>
    public IReadOnlyList<ManagerPeer> Managers =>
        [.. _members.All.Values.Select(member => new ManagerPeer(new NodeId(member.NodeId), member.Addr, Weight: 0))];

    /// <summary>Managers that are reached and that are not, as far as this one knows.</summary>
    public (int Reachable, int Unreachable) CountManagers()
    {
        var all = _members.All;
        var reachable = all.Keys.Count(id => _quorum?.Log.Peers.IsActive(id) == true);
        return (reachable, all.Count - reachable);
    }

    /// <summary>True while the agent of every node in this process has a session.</summary>
    public bool AgentsAreReady() => Member.HasSession && _agents.TrueForAll(agent => agent.HasSession);

    /// <summary>Ends the membership of this process.</summary>
    /// <param name="tasks">What becomes of the tasks of this process's nodes.</param>
    /// <param name="impatience">Leaves behind tasks that do not end.</param>
    public async Task StopAsync(TasksAtEnd tasks, CancellationToken impatience)
    {
        // The workers beside the manager are others in the next process: nobody will ask for what theirs wrote.
        var ofWorkers = tasks == TasksAtEnd.Stop ? TasksAtEnd.Remove : tasks;
        await Task.WhenAll(_agents
            .Select(agent => agent.StopAsync(ofWorkers, impatience))
            .Append(Member.StopAsync(tasks, impatience)));
        await StopManagingAsync(impatience);
    }

    /// <summary>Gives up the manager's part; the node's agent goes on.</summary>
    public async Task ResignAsync()
    {
        await StopManagingAsync(new CancellationToken(canceled: true));
        await CloseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await Member.DisposeAsync();
    }

    private static string HostOf(string address) => address[..address.LastIndexOf(':')];

    private async Task StopManagingAsync(CancellationToken impatience)
    {
        Member.Use(null);
        await _stop.CancelAsync();
        await _leader.EndAsync();
        await Loops.IgnoreAsync(_sharing);
        await Loops.IgnoreAsync(_gossip);
        await Loops.IgnoreAsync(_meshing);
        await Loops.IgnoreAsync(_keeping);
        await Loops.IgnoreAsync(_telling);

        // Sessions end with the dispatcher; a port that waited for them would wait for ever.
        await _leadership.StopAsync();
        if (_port is { } port)
        {
            await Loops.IgnoreAsync(port.StopAsync(impatience));
        }
    }

    private async Task CloseAsync()
    {
        _members.Changed -= OnMembersChanged;
        foreach (var agent in _agents)
        {
            await agent.DisposeAsync();
        }

        _agents = [];
        if (_port is { } port)
        {
            await port.DisposeAsync();
        }

        await _leadership.DisposeAsync();
        _leader.Dispose();
        if (_quorum is { } quorum)
        {
            await quorum.Log.DisposeAsync();
            quorum.Dispose();
        }

        _metrics.Dispose();
        _raftMetrics.Dispose();
        _store.Dispose();
        _stop.Dispose();
    }

    private async Task<ManagerRuntime> GuardAsync(Func<Task> start)
    {
        try
        {
            await start();
            return this;
        }
        catch
        {
            await StopAsync(TasksAtEnd.RunOn, CancellationToken.None);
            await DisposeAsync();
            throw;
        }
    }

    private ControlPlane NewControlPlane() => new(_store, new ControlPlaneOptions
    {
        Ids = Ids,
        Random = _setup.NewRandom(),
        Time = _setup.Time,
        Filters = _setup.Filters,
        Scorers = _setup.Scorers,
        Dispatcher = new DispatcherOptions { NodeId = NodeId },
        Metrics = _metrics,
        Secrets = _setup.Secrets,
        ExternalCas = new ExternalCaClient(Member.Identity, _setup.Time),
        Loggers = _setup.Loggers,
        More = [("role keeper", stop => new RoleKeeper(
            _store,
            _quorum!,
            _setup.Time,
            _setup.Loggers.CreateLogger<RoleKeeper>()).RunAsync(stop))],
    });

    private Task BeginTermAsync(ControlPlane plane, CancellationToken cancellationToken)
    {
        plane.Dispatcher.SetManagers(Peers());
        return Task.CompletedTask;
    }

    private ManagerPeer[] Peers() =>
        [.. _members.All.Values.Select(member => new ManagerPeer(new NodeId(member.NodeId), member.Addr, Weight: 10))];

    private void OnMembersChanged(object? sender, EventArgs args) =>
        _leadership.Current?.Dispatcher.SetManagers(Peers());

    private ManagerStatus? StatusOf(NodeId node) => _quorum?.StatusOf(node);

    private SwarmMembers SwarmNow() => _store.Current.Cluster is { } cluster
        ? SwarmMembers.Of(cluster)
        : new SwarmMembers(Member.Identity.Value.ClusterId, default);

    private ValueList<byte>[] GossipKeys() =>
        [.. (_store.Current.Cluster?.NetworkBootstrapKeys ?? default)
            .Where(key => key.Subsystem == NetworkKeys.Gossip)
            .Select(key => key.Key)];

    private async Task OpenPortAsync(CancellationToken cancellationToken)
    {
        _port = await SwarmPort.OpenAsync(
            Member.Addresses.Listen,
            new PortIdentity(
                Member.Identity,
                () => _store.Current.Cluster?.RootCa.Certificate ?? Member.Identity.Value.Root,
                _setup.Time),
            new ManagerServices(
                SwarmNow,
                () => _leadership.Current?.Certificates,
                () => _leadership.Current?.Dispatcher,
                () => _quorum,
                _local,
                new ContainerAttachments(_store, new RandomIdGenerator()),
                () => _store.Current,
                Member.Identity,
                _mesh),
            _setup.Time,
            _setup.Loggers,
            cancellationToken);
        _meshing = Member.RunBesideAsync(() => _mesh.RunAsync(_stop.Token));
        _sharing = Member.RunBesideAsync(() => KeyShares.ReceiveAsync(
            _setup.Secrets,
            _store,
            NodeId,
            () => Member.Identity.Value.PrivateKey,
            _setup.Loggers,
            _stop.Token));
        if (IPAddress.TryParse(Member.Addresses.AdvertiseHost, out var host))
        {
            var gossip = new GossipPort(GossipKeys, _setup.Time, _setup.Loggers.CreateLogger<GossipPort>());
            _gossip = Member.RunBesideAsync(() => gossip.RunAsync(new(host, GossipPort.Number), _stop.Token));
        }
    }
}
