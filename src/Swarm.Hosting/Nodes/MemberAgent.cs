using Microsoft.Extensions.Logging;
using Swarm.Agents;
using Swarm.Certificates.Nodes;
using Swarm.Dispatch;
using Swarm.Execution;
using Swarm.Hosting.Mesh;
using Swarm.Hosting.Wire.Client;
using Swarm.Net;
using Swarm.Net.Bridges;
using Swarm.Storage;

namespace Swarm.Hosting.Nodes;

/// <summary>
/// What every member of a swarm has, whatever its role: an identity that is kept fresh, and an agent that runs the
/// node's tasks. Both outlive a change of the role.
/// </summary>
internal sealed partial class MemberAgent : IAsyncDisposable
{
    private readonly NodeDirectory _directory;
    private readonly WireDispatcherConnection _wire;
    private readonly NodeAgent _agent;
    private readonly LoopbackBlock? _block;
    private readonly NodeMesh? _mesh;
    private readonly CancellationTokenSource _stop = new();
    private Task _renewing = Task.CompletedTask;
    private readonly Lock _gate = new();
    private volatile SavedMembership _saved;
    private volatile LocalLeader? _leader;

    public MemberAgent(
        NodeSetup setup,
        NodeDirectory directory,
        NodeIdentity identity,
        KeyEncryptionKey encryption,
        SavedMembership saved,
        IExecutor executor)
    {
        _directory = directory;
        _saved = saved;
        Identity = new CurrentIdentity(identity, encryption);
        Managers = new ManagerChoice(setup.NewRandom());
        Managers.Set(saved.Managers);
        _wire = new WireDispatcherConnection(Managers, Identity, setup.Time);
        Renewal = new CertificateRenewal(
            Identity,
            directory.Identity,
            new NearestAuthority(() => _leader, new WireAuthorityConnector(Managers, setup.Time), setup.Time),
            setup.NewRandom(),
            setup.Time,
            setup.Loggers.CreateLogger<CertificateRenewal>());
        _agent = new NodeAgent(
            identity.NodeId,
            new NearestConnection(() => _leader, identity.NodeId, () => Addresses.AdvertiseHost, _wire),
            new DescribedExecutor(
                executor, () => Identity.Value.TlsInfo, isOnOverlay: setup.Overlay && executor is ProcessExecutor),
            new FileAgentTaskStore(directory.Tasks, setup.Loggers.CreateLogger<FileAgentTaskStore>()),
            new NodeSession(Renewal, Remember, keys => _mesh?.Use(keys)),
            setup);
        if (PublishedPorts.AreAnsweredWith(executor))
        {
            // Containers have the names of their engine, and those of the services on its bridges.
            var processes = executor as ProcessExecutor;
            _block = processes is null || setup.Overlay ? null : ClaimBlock(setup);
            var bridges = executor is IBridgeExecutor ? NewBridges(setup) : null;
            var overlay = processes is null ? null : NodeOverlays.Create(setup, NodeId, Addresses);
            _mesh = NewMesh(setup, overlay, bridges);
            if (bridges is not null)
            {
                ((IBridgeExecutor)executor).Use(bridges);
            }

            if (processes is not null)
            {
                processes.Names = _mesh.Names;
            }
        }

        Identity.Changed += OnIdentityChanged;
    }

    public NodeAddresses Addresses => _saved.Addresses;

    public CurrentIdentity Identity { get; }

    public CertificateRenewal Renewal { get; }

    /// <summary>The managers to choose from for what goes over the network.</summary>
    public ManagerChoice Managers { get; }

    public NodeId NodeId => Identity.Value.NodeId;

    public IReadOnlyList<ManagerPeer> KnownManagers => _saved.Managers;

    public bool HasSession => _agent.HasSession;

    /// <summary>Published ports that this node cannot answer; null when it answers none by itself.</summary>
    public IReadOnlyList<string>? ClosedPorts => _mesh?.ClosedPorts;

    /// <summary>Completes with the first session.</summary>
    public Task Registered => _agent.Registered;

    /// <summary>While this process leads the swarm, the agent's way is short.</summary>
    public void Use(LocalLeader? leader) => _leader = leader;

    public void Start()
    {
        _renewing = _agent.RunBesideAsync(() => Renewal.RunAsync(_stop.Token));
        _agent.Start();
        if (_mesh is { } mesh)
        {
            _ = _agent.RunBesideAsync(mesh.RunAsync);
        }
    }

    /// <summary>Runs something beside the agent, on its scheduler.</summary>
    public Task RunBesideAsync(Func<Task> work) => _agent.RunBesideAsync(work);

    /// <summary>Takes note of the managers there are, for now and for the next start.</summary>
    public void Remember(IReadOnlyList<ManagerPeer> managers)
    {
        Managers.Set(managers);
        Save(saved => saved with { Managers = [.. managers] });
    }

    /// <summary>Takes note of the settings that the addresses go with.</summary>
    public void Remember(ConfiguredAddresses configured) => Save(saved => saved with { Configured = configured });

    /// <summary>The node is at other addresses from now on.</summary>
    public void Move(NodeAddresses addresses) => Save(saved => saved with { Addresses = addresses });

    public async Task StopAsync(TasksAtEnd tasks, CancellationToken impatience)
    {
        await _stop.CancelAsync();
        await _agent.StopAsync(tasks, impatience);
        await Loops.IgnoreAsync(_renewing);
    }

    public async ValueTask DisposeAsync()
    {
        Identity.Changed -= OnIdentityChanged;
        await _agent.DisposeAsync();
        if (_mesh is { } mesh)
        {
            await mesh.DisposeAsync();
        }

        _block?.Dispose();

        _wire.Dispose();
        _stop.Dispose();
    }

    private void Save(Func<SavedMembership, SavedMembership> change)
    {
        lock (_gate)
        {
            var saved = change(_saved);
            if (saved != _saved)
            {
                _directory.Save(saved);
                _saved = saved;
            }
        }
    }

    private LoopbackBlock? ClaimBlock(NodeSetup setup)
    {
        var block = LoopbackBlock.TryClaim(_directory.Loopback);
        if (block is null)
        {
            LogNoBlock(setup.Loggers.CreateLogger<NodeMesh>());
        }

        return block;
    }

    private BridgedNetworks NewBridges(NodeSetup setup) => new(
        NodeId,
        new BridgeDataplane($"swarm_{NodeId}_bridges"),
        () => KnownManagers.Select(manager => manager.Address),
        setup.Time,
        setup.Loggers);

    private NodeMesh NewMesh(NodeSetup setup, IOverlay? overlay, BridgedNetworks? bridges) => new(
        NodeId,
        PublishedPorts.ListenAddress(Addresses),
        new NearestMesh(() => _leader?.Mesh, Managers, Identity, setup.Time),
        _block,
        overlay,
        MeshDataplanes.Create(setup, NodeId),
        setup.Time,
        setup.Loggers,
        setup.Meters,
        bridges);

    // The managers follow a rotation of the root by what nodes report.
    private void OnIdentityChanged(object? sender, IdentityChangedEventArgs change) => _agent.DescribeSoon();

    [LoggerMessage(
        4204,
        LogLevel.Warning,
        "Tasks of this node find no others by name: all blocks of loopback addresses are taken by nodes of this machine")]
    private static partial void LogNoBlock(ILogger logger);
}

/// <summary>The leader's parts, in the process that leads.</summary>
/// <param name="Leadership">Whether it does now.</param>
/// <param name="Store">The swarm's store.</param>
/// <param name="Mesh">What the mesh is.</param>
internal sealed record LocalLeader(Leadership Leadership, ClusterStore Store, MeshDirectory Mesh);
