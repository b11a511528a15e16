using Swarm.Control;
using Swarm.Dispatch;
using Swarm.Identity;
using Swarm.Storage;
using RaftMember = Swarm.Hosting.Wire.Protos.RaftMember;

namespace Swarm.Testing;

/// <summary>
/// A whole swarm in the process and the thread of a test: the production's managers, agents and log, over a network,
/// disks, clocks and executors that do as the test says. Time is virtual: it passes only when it is told to.
/// </summary>
/// <remarks>
/// After every change the cluster is held to what must always be true (slots, reservations, states that only move
/// forward, managers that agree); a breach is a <see cref="SwarmTestException"/> of the call that let time pass. Not
/// thread-safe. Clusters share nothing, so tests with clusters of their own may run beside each other.
/// </remarks>
public sealed partial class SwarmTestCluster : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private readonly List<TestNode> _nodes = [];
    private readonly Dictionary<NodeId, TestNode> _byId = [];
    private readonly Random _random;
    private readonly RandomIdGenerator _ids;
    private Exception? _fault;

    private SwarmTestCluster(SwarmTestClusterOptions options)
    {
        SwarmTestClusterOptions.Validate(options);
        Options = options;
        Seed = options.DrawnSeed;
        _random = new Random(Seed);
        _ids = new RandomIdGenerator(new Random(NextSeed()));
        Network = new TestNetwork(World.Time, new Random(NextSeed()));
        Laws = new ClusterLaws(this);
        Client = new TestClient(this);
    }

    /// <summary>What everything that is left to chance comes from.</summary>
    public int Seed { get; }

    /// <summary>Virtual time.</summary>
    public DateTimeOffset Now => World.Time.GetUtcNow();

    /// <summary>
    /// The swarm as a client sees it through whichever manager leads. Calls let time pass until they have their answer,
    /// so that the task they return is complete.
    /// </summary>
    public ISwarmClient Client { get; }

    /// <summary>What tasks do on all nodes.</summary>
    public FakeExecutor Executor { get; } = new();

    /// <summary>The network between the nodes.</summary>
    public TestNetwork Network { get; }

    /// <summary>All nodes, managers first.</summary>
    public IReadOnlyList<TestNode> Nodes => _nodes;

    /// <summary>The managers.</summary>
    public IEnumerable<TestNode> Managers => _nodes.Where(node => node.IsManager);

    /// <summary>The workers.</summary>
    public IEnumerable<TestNode> Workers => _nodes.Where(node => !node.IsManager);

    /// <summary>The manager that leads.</summary>
    /// <exception cref="SwarmTestException">None does now; <see cref="AdvanceUntilAsync"/> waits for one.</exception>
    public TestNode Leader => FindLeader()?.Node ?? throw Failure("no manager leads");

    internal SwarmTestClusterOptions Options { get; }

    internal Simulation World { get; } = new();

    internal ClusterLaws Laws { get; }

    /// <summary>The state of the swarm as the leader has it.</summary>
    internal ClusterView View => Leader.Process!.Manager!.Store.Current;

    internal ManagerPeer[] ManagerPeers =>
        [.. Managers.Select(node => new ManagerPeer(node.Id, node.Address, Weight: 10))];

    /// <summary>Starts a cluster and waits until all its nodes are ready.</summary>
    /// <param name="managers">Managers; they run tasks, too.</param>
    /// <param name="workers">Workers.</param>
    /// <param name="seed">See <see cref="SwarmTestClusterOptions.Seed"/>.</param>
    /// <returns>The cluster.</returns>
    public static Task<SwarmTestCluster> StartAsync(int managers = 1, int workers = 0, int? seed = null) =>
        StartAsync(new SwarmTestClusterOptions { Managers = managers, Workers = workers, Seed = seed });

    /// <summary>Starts a cluster and waits until all its nodes are ready.</summary>
    /// <param name="options">What it is made of.</param>
    /// <returns>The cluster.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static Task<SwarmTestCluster> StartAsync(SwarmTestClusterOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var cluster = new SwarmTestCluster(options);
        cluster.Found();
        return Task.FromResult(cluster);
    }

    /// <summary>Adds a worker and waits until it is ready.</summary>
    /// <returns>The worker.</returns>
    public Task<TestNode> AddWorkerAsync()
    {
        var worker = AddNode($"worker-{Workers.Count() + 1}", isManager: false);
        Drive(manager => manager.Store.UpdateAsync(transaction => transaction.Create(Describe(worker))).AsTask());
        worker.Start([]);
        Require(World.AdvanceUntil(() => IsReady(worker), StartLimit), $"{worker.Name} does not get ready");
        return Task.FromResult(worker);
    }

    /// <summary>Ends the cluster; whatever runs in it just stops.</summary>
    /// <returns>Completed.</returns>
    public ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            node.Process?.Crash();
        }

        return ValueTask.CompletedTask;
    }

    internal int NextSeed() => _random.Next();

    internal TestNode? FindNode(NodeId id) => _byId.GetValueOrDefault(id);

    /// <summary>The process that leads; of several that believe so, the one of the newest term.</summary>
    internal NodeProcess? FindLeader()
    {
        NodeProcess? leader = null;
        foreach (var node in _nodes)
        {
            if (node.IsLeader && !(node.Process!.Manager!.Raft!.State.Term <= leader?.Manager!.Raft!.State.Term))
            {
                leader = node.Process;
            }
        }

        return leader;
    }

    /// <summary>Has a manager that stops by itself fail the test.</summary>
    internal async Task WatchAsync(Task start, TestNode node)
    {
        try
        {
            await start;
            await node.Process!.Manager!.Raft!.Ended;
        }
        catch (Exception exception)
        {
            _fault ??= Failure($"{node.Name} has stopped: {exception.Message}", exception);
        }
    }

    internal SwarmTestException Failure(string law, Exception? cause = null) => new(
        law,
        Seed,
        Now,
        Options.ReplayCommand ?? $"SWARM_SEED={Seed} dotnet test --filter <this test>",
        cause);

    private void Found()
    {
        for (var i = 1; i <= Options.Managers; i++)
        {
            AddNode($"manager-{i}", isManager: true);
        }

        for (var i = 1; i <= Options.Workers; i++)
        {
            AddNode($"worker-{i}", isManager: false);
        }

        RaftMember[] founders = [.. Managers.Select(node => new RaftMember
        {
            RaftId = node.RaftId,
            NodeId = node.Id.Value,
            Addr = node.Address,
        })];
        foreach (var manager in Managers)
        {
            manager.Start(founders);
        }

        World.Settle();
        _nodes[0].Process!.Manager!.Raft!.Campaign();
        Drive(CreateSwarmAsync);
        foreach (var worker in Workers)
        {
            worker.Start([]);
        }

        foreach (var manager in Managers)
        {
            manager.Process!.StartAgent(ManagerPeers);
        }

        Require(World.AdvanceUntil(() => _nodes.TrueForAll(IsReady), StartLimit), "the cluster does not get ready");
    }

    private Task CreateSwarmAsync(ManagerProcess manager)
    {
        var init = new ClusterInit { Spec = Options.Spec };
        var cluster = ClusterFactory.Create(init, _ids, Now, new Random(NextSeed()).NextBytes);
        return manager.Store.UpdateAsync(transaction =>
        {
            transaction.Create(cluster);
            transaction.Create(PredefinedNetworks.CreateIngress(_ids));
            foreach (var node in _nodes)
            {
                transaction.Create(Describe(node));
            }
        }).AsTask();
    }

    private Node Describe(TestNode node) => node.IsManager
        ? ClusterFactory.CreateManager(node.Id, Options.ManagerAvailability)
        : new Node { Id = node.Id };

    private TestNode AddNode(string name, bool isManager)
    {
        var node = new TestNode(this, new NodeId(_ids.Next()), name, _nodes.Count + 1, isManager);
        _nodes.Add(node);
        _byId.Add(node.Id, node);
        return node;
    }

    private bool IsReady(TestNode node) => FindLeader() is { } leader
        && leader.Manager!.Store.Current.Nodes.Find(node.Id.Value) is { Status.State: NodeState.Ready };
}
