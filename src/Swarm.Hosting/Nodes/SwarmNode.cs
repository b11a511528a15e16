using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Swarm.Certificates;
using Swarm.Execution;
using Swarm.Hosting.DependencyInjection;
using Swarm.Hosting.DockerApi;
using Swarm.Scheduling;
using Swarm.Secrets;

namespace Swarm.Hosting.Nodes;

/// <summary>This process as a node: in no swarm, or the manager of one. One change of membership at a time.</summary>
internal sealed class SwarmNode : ISwarmNode, IAsyncDisposable
{
    private static readonly TimeSpan DisposalPatience = TimeSpan.FromSeconds(30);

    private readonly SwarmManagerOptions _options;
    private readonly IExecutor _executor;
    private readonly ManagerSetup _setup;
    private readonly LocalWorkers _workers;
    private readonly EventFeed _events;
    private readonly SemaphoreSlim _membership = new(1, 1);
    private Membership? _current;
    private bool _disposed;

    public SwarmNode(
        IOptions<SwarmManagerOptions> options,
        ManagerBlueprint blueprint,
        IServiceProvider services,
        TimeProvider time,
        ILoggerFactory loggers,
        EventFeed events,
        LocalWorkers workers)
    {
        _options = options.Value;
        _workers = workers;
        _events = events;
        _setup = new ManagerSetup(
            time,
            loggers,
            [.. services.GetServices<ISchedulingFilter>()],
            [.. services.GetServices<ISchedulingScorer>()],
            services.GetRequiredService<SecretVault>(),
            services.GetService<IMeterFactory>());
        _executor = blueprint.Node.CreateExecutor(services, new NodeProfile(
            _options.NodeName ?? Environment.MachineName,
            _options.DataDirectory,
            _options.EngineLabels.ToValueDictionary(),
            time,
            loggers));
    }

    public LocalNodeState State => _current is null ? LocalNodeState.Inactive : LocalNodeState.Active;

    public string Error => "";

    public NodeId NodeId => _current?.Runtime.NodeId ?? default;

    public string Address => _current?.Runtime.Address is { } address ? address[..address.LastIndexOf(':')] : "";

    public bool IsManager => _current is not null;

    public ISwarmClient Client => Runtime.Client;

    public NodeDescription Description { get; private set; } = new();

    public IContainerSource? Containers => _executor as IContainerSource;

    public IReadOnlyList<(NodeId NodeId, string Address)> RemoteManagers =>
        _current is { } current ? [(current.Runtime.NodeId, current.Runtime.Address)] : [];

    /// <summary>The swarm this node manages.</summary>
    /// <exception cref="SwarmException">It is in none.</exception>
    public ManagerRuntime Runtime => _current?.Runtime ?? throw NodeErrors.NotInSwarm();

    /// <summary>Learns what this machine is; to be called once before the node is used.</summary>
    public async Task DescribeAsync(CancellationToken cancellationToken) =>
        Description = await _executor.DescribeAsync(cancellationToken);

    public async Task<NodeId> InitAsync(SwarmInitRequest request, CancellationToken ct)
    {
        await _membership.WaitAsync(ct);
        try
        {
            if (_current is not null)
            {
                throw NodeErrors.AlreadyInSwarm();
            }

            var (cluster, self, address) = NewSwarm.Describe(
                NewSwarm.WithDefaults(request, _options),
                _setup.Time.GetUtcNow());
            var runtime = await ManagerRuntime.StartAsync(_setup, cluster, self, address, _executor, ct);
            await JoinWorkersAsync(runtime, ct);
            _current = new Membership(runtime, _events);
            return runtime.NodeId;
        }
        finally
        {
            _membership.Release();
        }
    }

    public Task JoinAsync(SwarmJoinRequest request, CancellationToken ct)
    {
        if (_current is not null)
        {
            throw NodeErrors.AlreadyInSwarm();
        }

        if (request.RemoteAddresses.IsEmpty)
        {
            throw SwarmException.InvalidArgument("at least 1 RemoteAddr is required to join");
        }

        JoinToken.Parse(request.JoinToken);
        throw new SwarmException(
            SwarmErrorCode.Unimplemented,
            "joining another swarm is not supported by this version; form one with \"docker swarm init\"");
    }

    public async Task LeaveAsync(bool force, CancellationToken ct)
    {
        await _membership.WaitAsync(ct);
        try
        {
            var current = _current ?? throw NodeErrors.NothingToLeave();
            if (!force)
            {
                throw NodeErrors.LeaveAsManager(isActive: true, reachable: 1, unreachable: 0);
            }

            _current = null;
            await current.EndAsync(removeTasks: true, CancellationToken.None);
        }
        finally
        {
            _membership.Release();
        }
    }

    public Task UnlockAsync(string key, CancellationToken ct) =>
        throw (_current is null ? NodeErrors.NotInSwarm() : SwarmException.FailedPrecondition("swarm is not locked"));

    /// <summary>True while all nodes of this process have a session; null in no swarm.</summary>
    public bool? AgentsAreReady() => _current?.Runtime.AgentsAreReady();

    /// <summary>Ends the membership with the process.</summary>
    /// <param name="impatience">Leaves behind tasks that do not end.</param>
    public async Task StopAsync(CancellationToken impatience)
    {
        await _membership.WaitAsync(CancellationToken.None);
        try
        {
            if (_current is { } current)
            {
                _current = null;
                await current.EndAsync(_options.StopTasksOnShutdown, impatience);
            }
        }
        finally
        {
            _membership.Release();
        }
    }

    // The container disposes of it under each name it is registered by.
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        using var patience = new CancellationTokenSource(DisposalPatience, _setup.Time);
        await StopAsync(patience.Token);
        await LocalWorkers.DisposeAsync(_executor);
        _membership.Dispose();
    }

    private async Task JoinWorkersAsync(ManagerRuntime runtime, CancellationToken ct)
    {
        try
        {
            await _workers.JoinAsync(runtime, ct);
        }
        catch
        {
            await runtime.StopAsync(removeTasks: false, CancellationToken.None);
            await runtime.DisposeAsync();
            throw;
        }
    }

    /// <summary>A swarm this node is in, with the feed of its events.</summary>
    private sealed class Membership : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _events;

        public Membership(ManagerRuntime runtime, EventFeed events)
        {
            Runtime = runtime;
            _events = events.RunAsync(runtime.Client, _stop.Token);
        }

        public ManagerRuntime Runtime { get; }

        public async Task EndAsync(bool removeTasks, CancellationToken impatience)
        {
            await Runtime.StopAsync(removeTasks, impatience);
            await DisposeAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _events;
            await Runtime.DisposeAsync();
            _stop.Dispose();
        }
    }
}
