using System.Runtime.CompilerServices;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Control;
using Swarm.Dispatch;
using Swarm.Execution;
using Swarm.Hosting.Nodes;
using Swarm.Hosting.Replication;
using Swarm.Identity;
using Swarm.Raft;
using Swarm.Raft.Consensus;
using Swarm.Storage;
using RaftMember = Swarm.Hosting.Wire.Protos.RaftMember;

namespace Swarm.Testing;

/// <summary>
/// A manager from one start to the next: the production's store, log, quorum and control plane over a network and a
/// disk in memory. Identities are part of the connections, so there are no certificates.
/// </summary>
internal sealed class ManagerProcess
{
    private const string LogDirectory = "/raft";
    private const int SegmentBytes = 1024 * 1024;
    private const int PreallocateBytes = 16 * 1024;

    private readonly NodeProcess _process;
    private readonly RaftProposer _proposer;
    private readonly RandomIdGenerator _ids;
    private LogTransport? _transport;

    public ManagerProcess(NodeProcess process)
    {
        _process = process;
        _ids = new RandomIdGenerator(process.Random);
        _proposer = new RaftProposer(Node.Clock);
        Store = new ClusterStore(_proposer, Node.Clock);
        Leadership = new Leadership(
            NewControlPlane,
            BeginTermAsync,
            NullLogger<Leadership>.Instance,
            process.Scheduler);
        Members.Changed += (_, _) => Leadership.Current?.Dispatcher.SetManagers(Peers);
        Client = new SwarmClient(Store, _ids, Node.Clock, process.Random.NextBytes, ReadLogsAsync, StatusOf);
    }

    public NodeProcess Process => _process;

    public ClusterStore Store { get; }

    public QuorumMembers Members { get; } = new();

    public Leadership Leadership { get; }

    /// <summary>The client of this manager's own store; writes while this manager leads.</summary>
    public ISwarmClient Client { get; }

    /// <summary>The member at work; null until the log is open.</summary>
    public RaftNode? Raft { get; private set; }

    /// <summary>The managers, as agents are told of them.</summary>
    public ManagerPeer[] Peers =>
        [.. Members.All.Values.Select(member => new ManagerPeer(new NodeId(member.NodeId), member.Addr, Weight: 10))];

    private TestNode Node => _process.Node;

    private SwarmTestCluster Cluster => Node.Cluster;

    /// <summary>Opens the log, or makes it, and takes part in the quorum.</summary>
    /// <param name="founders">The first members, for a log that is made.</param>
    public async Task StartAsync(IReadOnlyList<RaftMember> founders)
    {
        var storage = await FileRaftStorage.OpenAsync(LogDirectory, new FileRaftStorageOptions
        {
            Files = Node.Disk,
            Random = new SeededBytes(_process.Random),
            SegmentBytes = SegmentBytes,
            PreallocateBytes = PreallocateBytes,
        });
        if (storage.LastIndex == 0 && storage.Snapshot.IsEmpty)
        {
            Found(storage, founders);
        }

        _transport = new LogTransport(_process, storage);
        var options = ManagerLog.OptionsOf(Node.RaftId, _process.Scheduler, _process.Random, Node.Clock) with
        {
            DiskScheduler = _process.Disk,
            SnapshotInterval = Cluster.Options.SnapshotInterval,
            LogEntriesForSlowFollowers = Cluster.Options.LogEntriesForSlowFollowers,
            OnStateChanged = Leadership.Observe,
        };
        Raft = await RaftNode.StartAsync(
            options,
            new StoreStateMachine(Store, Members, Node.Clock, background: _process.Disk),
            storage,
            _transport);
        _proposer.Use(Raft);
        Leadership.Start();
        if ((await Raft.GetMembershipAsync()).Voters is [var only] && only == Node.RaftId)
        {
            Raft.Campaign();
        }
    }

    /// <summary>The process that leads, as far as this manager knows; null when it knows none.</summary>
    public NodeProcess? FindLeader() => Raft is not { State.Leader: > 0 and var leader }
        ? null
        : Cluster.Nodes.FirstOrDefault(node => node.RaftId == leader)?.Process;

    private static void Found(FileRaftStorage storage, IReadOnlyList<RaftMember> founders)
    {
        var (entries, state) = RaftBootstrap.Create(
            [.. founders.Select(member => (member.RaftId, new ReadOnlyMemory<byte>(member.ToByteArray())))]);
        storage.Append(state, [.. entries]);
        storage.Sync();
    }

    private ControlPlane NewControlPlane() => new(Store, new ControlPlaneOptions
    {
        Ids = _ids,
        Random = _process.Random,
        Time = Node.Clock,
        Filters = Cluster.Options.Filters,
        Scorers = Cluster.Options.Scorers,
        Dispatcher = new DispatcherOptions { NodeId = Node.Id },
        RandomBytes = _process.Random.NextBytes,
        Loggers = NullLoggerFactory.Instance,
    });

    private Task BeginTermAsync(ControlPlane plane, CancellationToken cancellationToken)
    {
        plane.Dispatcher.SetManagers(Peers);
        return Task.CompletedTask;
    }

    private ManagerStatus? StatusOf(NodeId node) => Members.OfNode(node) is { } member
        ? new ManagerStatus(
            member.RaftId,
            member.Addr,
            member.RaftId == Raft?.State.Leader,
            _transport!.IsActive(member.RaftId) ? Reachability.Reachable : Reachability.Unreachable)
        : null;

    private async IAsyncEnumerable<TaskLogLine> ReadLogsAsync(
        ServiceId service,
        TaskId task,
        LogOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var selector = task.IsEmpty
            ? new Dispatch.LogSelector(Services: [service])
            : new Dispatch.LogSelector(Tasks: [task]);
        var lines = Leadership.Require().Dispatcher.Logs.SubscribeAsync(selector, options, cancellationToken);
        await foreach (var line in lines)
        {
            yield return line;
        }
    }
}
