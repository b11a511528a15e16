using Microsoft.Extensions.Logging;
using Swarm.Agents;
using Swarm.Certificates.Nodes;
using Swarm.Dispatch;
using Swarm.Execution;
using Swarm.Hosting.Wire.Client;

namespace Swarm.Hosting.Nodes;

/// <summary>This process as a worker of a swarm whose managers are elsewhere.</summary>
internal sealed class WorkerMembership : IMembership
{
    private readonly NodeDirectory _directory;
    private readonly NodeAddresses _addresses;
    private readonly ManagerChoice _choice;
    private readonly WireDispatcherConnection _connection;
    private readonly CertificateRenewal _renewal;
    private readonly CurrentIdentity _identity;
    private readonly NodeAgent _agent;
    private readonly CancellationTokenSource _stop = new();
    private Task _renewing = Task.CompletedTask;
    private ManagerPeer[] _managers;

    public WorkerMembership(
        NodeSetup setup,
        NodeDirectory directory,
        NodeIdentity identity,
        KeyEncryptionKey encryption,
        SavedMembership saved,
        IExecutor executor)
    {
        _directory = directory;
        _addresses = saved.Addresses;
        _managers = saved.Managers;
        _identity = new CurrentIdentity(identity, encryption);
        _choice = new ManagerChoice(setup.NewRandom());
        _choice.Set(_managers);
        _connection = new WireDispatcherConnection(_choice, _identity, setup.Time);
        _renewal = new CertificateRenewal(
            _identity,
            directory.Identity,
            new WireAuthorityConnector(_choice, setup.Time),
            setup.NewRandom(),
            setup.Time,
            setup.Loggers.CreateLogger<CertificateRenewal>());
        _agent = new NodeAgent(
            identity.NodeId,
            _connection,
            new DescribedExecutor(executor, () => _identity.Value.TlsInfo),
            new FileAgentTaskStore(directory.Tasks, setup.Loggers.CreateLogger<FileAgentTaskStore>()),
            new NodeSession(_renewal, Remember),
            setup);
        _identity.Changed += OnIdentityChanged;
    }

    public LocalNodeState State => LocalNodeState.Active;

    public string Error => "";

    public NodeId NodeId => _identity.Value.NodeId;

    public string Address => _addresses.AdvertiseHost;

    public bool IsManager => false;

    public ISwarmClient Client => throw NodeErrors.Worker();

    public IReadOnlyList<ManagerPeer> Managers => Volatile.Read(ref _managers);

    public bool AgentsAreReady => _agent.HasSession;

    /// <summary>Completes with the first session.</summary>
    public Task Registered => _agent.Registered;

    public void Start()
    {
        _renewing = _agent.RunBesideAsync(() => _renewal.RunAsync(_stop.Token));
        _agent.Start();
    }

    public void RequireHarmlessLeave()
    {
        // The swarm goes on without a worker.
    }

    public async Task StopAsync(bool removeTasks, CancellationToken impatience)
    {
        await _stop.CancelAsync();
        await _agent.StopAsync(removeTasks, impatience);
        await Loops.IgnoreAsync(_renewing);
    }

    public async ValueTask DisposeAsync()
    {
        _identity.Changed -= OnIdentityChanged;
        await _agent.DisposeAsync();
        _connection.Dispose();
        _stop.Dispose();
    }

    // The managers follow a rotation of the root by what nodes report.
    private void OnIdentityChanged(object? sender, IdentityChangedEventArgs change) => _agent.DescribeSoon();

    private void Remember(IReadOnlyList<ManagerPeer> managers)
    {
        _choice.Set(managers);
        Volatile.Write(ref _managers, [.. managers]);
        _directory.Save(new SavedMembership(_addresses, [.. managers]));
    }
}
