using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Swarm.Dispatch;
using Swarm.Execution.Processes;
using Swarm.Hosting.Nodes;
using Swarm.Net;
using Swarm.Net.Bridges;

namespace Swarm.Hosting.Mesh;

/// <summary>
/// Services on networks that are bridges of this machine: their virtual addresses are translated by the kernel, and
/// each task has a name server of its own at its bridge, which knows what there is on the task's networks.
/// </summary>
/// <param name="self">The node.</param>
/// <param name="plane">Tells the kernel.</param>
/// <param name="managers">Addresses of managers, which must stay reachable.</param>
/// <param name="time">The clock.</param>
/// <param name="loggers">Makes the logs.</param>
/// <remarks>Safe for any number of threads.</remarks>
internal sealed partial class BridgedNetworks(
    NodeId self,
    BridgeDataplane plane,
    Func<IEnumerable<string>> managers,
    TimeProvider time,
    ILoggerFactory loggers) : IBridgedNetworks, IAsyncDisposable
{
    private static readonly TimeSpan FirstNewsLimit = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _looking = new(1, 1);
    private readonly Dictionary<NetworkId, (NetworkBridge Bridge, BridgeClaim Claim)> _bridges = [];
    private readonly Dictionary<TaskId, LocalTask> _tasks = [];
    private readonly HashSet<string> _leaving = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _shown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger _logger = loggers.CreateLogger<BridgedNetworks>();
    private Func<CancellationToken, Task> _refresh = _ => Task.CompletedTask;
    private IReadOnlyList<MeshService> _services = [];
    private (string? Reason, bool IsKnown) _obstacle;
    private bool _isTold;
    private bool _isDisposed;

    /// <summary>Says how to have <see cref="ShowAsync"/> called soon.</summary>
    public void RefreshBy(Func<CancellationToken, Task> refresh) => _refresh = refresh;

    /// <summary>The managers tell of no mesh: engines find each other, and names are the engine's.</summary>
    public void ShowNone() => _shown.TrySetResult();

    /// <summary>Takes over the mesh as it is now.</summary>
    /// <param name="services">All services.</param>
    /// <param name="isTold">Whether any manager has told of them.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Why the kernel does not answer it, or null.</returns>
    public async Task<string?> ShowAsync(
        IReadOnlyList<MeshService> services,
        bool isTold,
        CancellationToken cancellationToken)
    {
        BridgeState state;
        lock (_gate)
        {
            _services = services;
            _isTold |= isTold;
            var bridges = _bridges.ToDictionary(item => item.Key, item => item.Value.Bridge);
            ShowNames(bridges);
            state = new BridgeState(
                BridgePlan.AddressesOf(self, services, bridges, _leaving),
                [.. _tasks.Values.Select(task => new BridgeResolver(task.Address, task.Server.Address))]);
        }

        var refusal = await plane.ApplyAsync(state, cancellationToken);
        if (isTold)
        {
            _shown.TrySetResult();
        }

        return refusal;
    }

    /// <inheritdoc/>
    public async ValueTask<string?> FindObstacleAsync(IPNetwork subnet, CancellationToken cancellationToken)
    {
        await Loops.IgnoreAsync(_shown.Task.WaitAsync(FirstNewsLimit, time, cancellationToken));
        if (await FindObstacleAsync(cancellationToken) is { } obstacle)
        {
            return obstacle;
        }

        IReadOnlyList<MeshService> services;
        lock (_gate)
        {
            services = _services;
        }

        var peers = managers()
            .Select(place => IPEndPoint.TryParse(place, out var parsed) ? parsed.Address : null)
            .Concat(services
                .SelectMany(service => service.Tasks.Select(task => task.Address)
                    .Concat(service.Ports.SelectMany(port => port.Backends).Select(backend => backend.Address)))
                .Distinct()
                .Select(NetworkTargets.Parse))
            .OfType<IPAddress>();
        return SubnetClash.Find(
            subnet,
            SubnetClash.LoadRoutes(),
            [
                .. LocalInterface.List().SelectMany(item => item.Addresses),
                .. ResolverFile.Load(MountNamespace.ResolverTarget).Servers,
                .. peers,
            ]);
    }

    /// <inheritdoc/>
    public async ValueTask<string?> EnterAsync(NetworkBridge bridge, CancellationToken cancellationToken)
    {
        if (await FindObstacleAsync(cancellationToken) is { } obstacle)
        {
            return obstacle;
        }

        lock (_gate)
        {
            if (_isDisposed)
            {
                return "this node is about to stop";
            }

            if (_bridges.TryGetValue(bridge.Network, out var known))
            {
                if (known.Bridge == bridge)
                {
                    return null;
                }

                known.Claim.Dispose();
                _bridges.Remove(bridge.Network);
            }

            // An engine elsewhere has its bridges elsewhere.
            if (!LocalInterface.List().Any(item =>
                item.Name == bridge.Interface && item.Addresses.Contains(bridge.Gateway)))
            {
                return $"this process does not see the interface {bridge.Interface} with the address {bridge.Gateway}";
            }

            if (BridgeClaim.TryTake(bridge.Interface) is not { } claim)
            {
                return $"another node of this machine answers on {bridge.Interface}";
            }

            _bridges.Add(bridge.Network, (bridge, claim));
        }

        return null;
    }

    /// <inheritdoc/>
    public async ValueTask LeaveAsync(NetworkId network, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_bridges.Remove(network, out var known))
            {
                return;
            }

            known.Claim.Dispose();
        }

        await Loops.IgnoreAsync(_refresh(cancellationToken));
    }

    /// <inheritdoc/>
    public async ValueTask<IPAddress?> EnterAsync(SwarmTask task, CancellationToken cancellationToken)
    {
        await Loops.IgnoreAsync(_shown.Task.WaitAsync(FirstNewsLimit, time, cancellationToken));
        LocalTask? local;
        lock (_gate)
        {
            if (_tasks.TryGetValue(task.Id, out local))
            {
                return local.Server.Address.Address;
            }

            local = Open(task);
            if (local is null)
            {
                return null;
            }

            _tasks.Add(task.Id, local);
        }

        await Loops.IgnoreAsync(_refresh(cancellationToken));
        return local.Server.Address.Address;
    }

    /// <inheritdoc/>
    public async ValueTask WithdrawAsync(SwarmTask task, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_tasks.ContainsKey(task.Id))
            {
                return;
            }

            _leaving.UnionWith(AddressesOf(task));
        }

        await Loops.IgnoreAsync(_refresh(cancellationToken));
    }

    /// <inheritdoc/>
    public void Leave(SwarmTask task)
    {
        lock (_gate)
        {
            _leaving.ExceptWith(AddressesOf(task));
            if (_tasks.Remove(task.Id, out var local))
            {
                _ = local.Server.DisposeAsync().AsTask();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        LocalTask[] tasks;
        lock (_gate)
        {
            _isDisposed = true;
            tasks = [.. _tasks.Values];
            _tasks.Clear();
            foreach (var (_, claim) in _bridges.Values)
            {
                claim.Dispose();
            }

            _bridges.Clear();
        }

        foreach (var task in tasks)
        {
            await task.Server.DisposeAsync();
        }

        await plane.DisposeAsync();
    }

    private static IEnumerable<string> AddressesOf(SwarmTask task) =>
        task.Networks.SelectMany(item => item.Addresses).Select(NamePlan.Plain);

    private async ValueTask<string?> FindObstacleAsync(CancellationToken cancellationToken)
    {
        if (_shown.Task.IsCompleted && !_isTold)
        {
            return "the managers tell of no names of services";
        }

        await _looking.WaitAsync(cancellationToken);
        try
        {
            if (!_obstacle.IsKnown)
            {
                _obstacle = (await plane.FindObstacleAsync(cancellationToken), true);
                if (_obstacle.Reason is { } reason)
                {
                    LogObstacle(reason);
                }
            }

            return _obstacle.Reason;
        }
        finally
        {
            _looking.Release();
        }
    }

    private void ShowNames(IReadOnlyDictionary<NetworkId, NetworkBridge> bridges)
    {
        var views = new NameViews(BridgePlan.SeenFrom(self, _services), NetworkTargets.Parse);
        foreach (var task in _tasks.Values)
        {
            task.Server.Apply(views.From(task.Networks.Where(bridges.ContainsKey).ToFrozenSet()));
        }
    }

    private LocalTask? Open(SwarmTask task)
    {
        var networks = task.Networks.Select(item => item.Network.Id).Where(_bridges.ContainsKey).ToArray();
        var first = task.Networks.FirstOrDefault(item => networks.Contains(item.Network.Id));
        if (_isDisposed
            || first is null
            || NetworkTargets.Parse(NamePlan.Plain(first.Addresses is [var own, ..] ? own : "")) is not { } address)
        {
            return null;
        }

        var gateway = _bridges[first.Network.Id].Bridge.Gateway;
        var options = ResolverFile.Of(task).AskedFrom(new IPEndPoint(gateway, 0), time);
        try
        {
            return new LocalTask(
                networks.ToFrozenSet(),
                address,
                new NameServer(options, loggers.CreateLogger<NameServer>()));
        }
        catch (SocketException exception)
        {
            LogNoServer(task.Name, gateway, exception.Message);
            return null;
        }
    }

    /// <summary>A task of this node.</summary>
    /// <param name="Networks">Its networks that are answered here.</param>
    /// <param name="Address">Where its questions come from.</param>
    /// <param name="Server">Its name server.</param>
    private sealed record LocalTask(FrozenSet<NetworkId> Networks, IPAddress Address, NameServer Server);

    [LoggerMessage(
        4230,
        LogLevel.Information,
        "Virtual addresses of services are not answered for containers on this machine: {Reason}")]
    private partial void LogObstacle(string reason);

    [LoggerMessage(4231, LogLevel.Warning, "Task {TaskName} has no name server, as none can be opened at {Address}: {Reason}")]
    private partial void LogNoServer(string taskName, IPAddress address, string reason);
}
