using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Swarm.Dispatch;
using Swarm.Execution.Processes;
using Swarm.Net;

namespace Swarm.Hosting.Mesh;

/// <summary>
/// The names that tasks of this node see: each has a name server of its own, which knows what there is on the task's
/// networks and asks the machine's servers for everything else.
/// </summary>
/// <remarks>Safe for any number of threads.</remarks>
internal sealed partial class NodeNames(
    TwinAddresses twins,
    Func<CancellationToken, Task> refresh,
    TimeProvider time,
    ILoggerFactory loggers) : INodeNames
{
    /// <summary>The port that every resolver knows, and one that needs no privilege.</summary>
    private static readonly int[] Ports = [53, 1053];

    private static readonly TimeSpan FirstNewsLimit = TimeSpan.FromSeconds(3);

    private readonly Lock _gate = new();
    private readonly Dictionary<TaskId, LocalTask> _tasks = [];
    private readonly TaskCompletionSource _shown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger _logger = loggers.CreateLogger<NodeNames>();
    private IReadOnlyList<MeshService> _services = [];
    private bool _isDisposed;

    /// <inheritdoc/>
    public bool CarriesNetworks => false;

    /// <inheritdoc/>
    public LocalPlaces Places => LocalPlaces.None;

    /// <inheritdoc/>
    public FrozenSet<NetworkId> Networks
    {
        get
        {
            lock (_gate)
            {
                return _tasks.Values.SelectMany(task => task.Networks).ToFrozenSet();
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask ShowAsync(IReadOnlyList<MeshService> services, CancellationToken cancellationToken)
    {
        Show(services);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Use(ValueList<EncryptionKey> keys)
    {
        // What goes over loopback needs no encryption.
    }

    /// <inheritdoc/>
    public ValueTask PublishAsync(
        TaskId task,
        ValueList<PortPublication> ports,
        CancellationToken cancellationToken) => ValueTask.CompletedTask;

    private void Show(IReadOnlyList<MeshService> services)
    {
        lock (_gate)
        {
            _services = services;
            twins.KeepOnly(AddressesInUse());

            var views = new NameViews(services, twins.Of);
            foreach (var task in _tasks.Values)
            {
                task.Server?.Apply(views.From(task.Networks));
            }
        }

        _shown.TrySetResult();
    }

    /// <inheritdoc/>
    public async ValueTask<TaskNames> EnterAsync(SwarmTask task, CancellationToken cancellationToken)
    {
        var attachments = task.Networks
            .Where(item => item.Addresses.Count > 0 && NamePlan.HasNames(item.Network))
            .ToArray();
        if (attachments.Length == 0)
        {
            return TaskNames.None;
        }

        // Otherwise the task might not be told of what there has been for long.
        await Loops.IgnoreAsync(_shown.Task.WaitAsync(FirstNewsLimit, time, cancellationToken));
        LocalTask local;
        lock (_gate)
        {
            if (_isDisposed)
            {
                return TaskNames.None;
            }

            local = _tasks.GetValueOrDefault(task.Id) ?? Open(task, attachments);
            _tasks[task.Id] = local;
        }

        await Loops.IgnoreAsync(refresh(cancellationToken));
        return Tell(local, (task.Spec.Workload as ContainerSpec)?.Dns?.Options ?? default);
    }

    /// <inheritdoc/>
    public void Leave(TaskId task)
    {
        lock (_gate)
        {
            if (_tasks.Remove(task, out var local))
            {
                _ = local.Server?.DisposeAsync().AsTask();
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
        }

        foreach (var task in tasks)
        {
            await (task.Server?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    private LocalTask Open(SwarmTask task, NetworkAttachment[] attachments)
    {
        var networks = attachments.Select(item => item.Network.Id).ToFrozenSet();
        var addresses = attachments.Select(item => NamePlan.Plain(item.Addresses[0])).ToValueList();
        var resolver = ResolverFile.Of(task);
        var server = twins.Of(addresses[0]) is { } twin
            ? TryListen(task, LoopbackBlock.ServerOf(twin), resolver)
            : null;
        return new LocalTask(networks, addresses, server, resolver);
    }

    private NameServer? TryListen(SwarmTask task, IPAddress address, ResolverFile resolver)
    {
        var reason = "";
        foreach (var port in Ports)
        {
            try
            {
                var options = resolver.AskedFrom(new IPEndPoint(address, port), time);
                return new NameServer(options, loggers.CreateLogger<NameServer>());
            }
            catch (SocketException exception)
            {
                reason = exception.Message;
            }
        }

        LogNoServer(task.Name, address, reason);
        return null;
    }

    private TaskNames Tell(LocalTask local, ValueList<string> options)
    {
        var variables = new List<EnvironmentVariable>();
        if (local.Server is { } server)
        {
            variables.Add(new EnvironmentVariable("SWARM_DNS", server.Address.ToString()));
        }

        lock (_gate)
        {
            variables.AddRange(TaskVariables.Of(_services, local.Networks, twins.Of));
        }

        return new TaskNames(
            variables.ToValueList(),
            local.Server?.Address is { } at && at.Port == Ports[0] ? local.Resolver.For(at.Address, options) : "");
    }

    private HashSet<string> AddressesInUse()
    {
        var addresses = _tasks.Values.SelectMany(task => task.Addresses).ToHashSet(StringComparer.Ordinal);
        foreach (var service in _services)
        {
            addresses.UnionWith(service.Networks.Select(network => network.Address));
            addresses.UnionWith(service.Tasks.SelectMany(task => task.Addresses).Select(item => item.Address));
        }

        return addresses;
    }

    /// <summary>A task of this node.</summary>
    /// <param name="Networks">Its networks.</param>
    /// <param name="Addresses">Its own addresses there.</param>
    /// <param name="Server">Its name server; null when none could be opened.</param>
    /// <param name="Resolver">What it would have without us.</param>
    private sealed record LocalTask(
        FrozenSet<NetworkId> Networks,
        ValueList<string> Addresses,
        NameServer? Server,
        ResolverFile Resolver);

    [LoggerMessage(4210, LogLevel.Warning, "Task {TaskName} has no name server, as none can be opened at {Address}: {Reason}")]
    private partial void LogNoServer(string taskName, IPAddress address, string reason);
}
