using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Swarm.Dispatch;
using Swarm.Execution;
using Swarm.Execution.Processes;
using Swarm.Net;
using Swarm.Net.Overlay;

namespace Swarm.Hosting.Mesh;

/// <summary>
/// Puts tasks of this node on their networks: each has a network namespace with its addresses, and a name server in it
/// that answers with addresses of networks.
/// </summary>
/// <remarks>Safe for any number of threads.</remarks>
/// <param name="self">The node.</param>
/// <param name="overlay">The node's part of the networks; owned.</param>
/// <param name="refresh">Has the mesh looked at anew, which ends with <see cref="ShowAsync"/>.</param>
/// <param name="time">The clock.</param>
/// <param name="loggers">Makes the logs.</param>
internal sealed partial class NodeOverlay(
    NodeId self,
    IOverlay overlay,
    Func<CancellationToken, Task> refresh,
    TimeProvider time,
    ILoggerFactory loggers) : INodeNames
{
    /// <summary>Engine label of nodes that give tasks their addresses.</summary>
    public const string Label = "swarm.overlay";

    private const int DnsPort = 53;

    private static readonly TimeSpan FirstNewsLimit = TimeSpan.FromSeconds(3);
    private static readonly IPAddress ServerAddress = new([127, 0, 0, 11]);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<TaskId, LocalTask> _tasks = [];
    private readonly TaskCompletionSource _shown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _hasKeys = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger _logger = loggers.CreateLogger<NodeOverlay>();
    private IReadOnlyList<MeshService> _services = [];
    private ImmutableArray<OverlayKey> _keys = [];
    private OverlayReport _report = new([], []);
    private bool _isDisposed;

    /// <inheritdoc/>
    public bool CarriesNetworks => true;

    /// <inheritdoc/>
    public FrozenSet<NetworkId> Networks => [];

    /// <inheritdoc/>
    public LocalPlaces Places
    {
        get
        {
            lock (_gate)
            {
                var places = ImmutableDictionary.CreateBuilder<(int, bool), IPEndPoint>();
                foreach (var task in _tasks.Values)
                {
                    foreach (var port in task.Place is null ? default : task.Ports)
                    {
                        places[(port.PublishedPort, port.Protocol == PortProtocol.Udp)] =
                            new IPEndPoint(task.Place!.Outside, port.TargetPort);
                    }
                }

                return new LocalPlaces(places.ToImmutable());
            }
        }
    }

    // What is not known yet would be taken away from tasks that were taken over.
    private Task Informed => Task.WhenAll(_shown.Task, _hasKeys.Task);

    /// <inheritdoc/>
    public void Use(ValueList<EncryptionKey> keys)
    {
        var next = OverlayPlan.KeysOf(keys);
        lock (_gate)
        {
            if (_hasKeys.Task.IsCompleted
                && _keys.Select(key => key.Tag).SequenceEqual(next.Select(key => key.Tag)))
            {
                return;
            }

            _keys = next;
        }

        _hasKeys.TrySetResult();
        _ = Loops.IgnoreAsync(refresh(CancellationToken.None));
    }

    /// <inheritdoc/>
    public async ValueTask ShowAsync(IReadOnlyList<MeshService> services, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _services = services;
        }

        _shown.TrySetResult();
        if (!_hasKeys.Task.IsCompleted)
        {
            return;
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!_isDisposed)
            {
                await BringAsync(cancellationToken);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask<TaskNames> EnterAsync(SwarmTask task, CancellationToken cancellationToken)
    {
        var attachments = OverlayPlan.AttachmentsOf(task);
        var others = task.Networks.Except(attachments).Select(item => item.Network);
        if (others.FirstOrDefault(OverlayPlan.IsEncrypted) is { } clear)
        {
            throw new TaskRejectedException(
                $"network {clear.Spec.Name} is encrypted, and this node cannot encrypt what processes send there");
        }

        if (attachments.Length == 0)
        {
            return TaskNames.None;
        }

        var faults = attachments.Select(item => OverlayPlan.FaultOf(item.Network)).OfType<string>();
        if (faults.FirstOrDefault() is { } fault)
        {
            throw new TaskRejectedException(fault);
        }

        lock (_gate)
        {
            _tasks.TryAdd(task.Id, new LocalTask(task, attachments));
        }

        await Loops.IgnoreAsync(Informed.WaitAsync(FirstNewsLimit, time, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
        if (!Informed.IsCompleted)
        {
            throw new TransientExecutorException("no manager has told this node of the task's networks yet");
        }

        await refresh(cancellationToken);
        lock (_gate)
        {
            var local = _tasks.GetValueOrDefault(task.Id);
            if (local?.Place is { } place)
            {
                return Tell(local, place);
            }
        }

        Leave(task.Id);
        throw new TaskRejectedException(ReasonOf(task, attachments));
    }

    /// <inheritdoc/>
    public async ValueTask PublishAsync(
        TaskId task,
        ValueList<PortPublication> ports,
        CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_tasks.GetValueOrDefault(task) is not { } local)
            {
                return;
            }

            local.Ports = ports
                .Where(port => port.Protocol is PortProtocol.Tcp or PortProtocol.Udp && port.PublishedPort > 0)
                .ToValueList();
        }

        await refresh(cancellationToken);
    }

    /// <inheritdoc/>
    public void Leave(TaskId task)
    {
        lock (_gate)
        {
            if (!_tasks.Remove(task, out var local))
            {
                return;
            }

            _ = local.Server?.DisposeAsync().AsTask();
        }

        _ = Loops.IgnoreAsync(refresh(CancellationToken.None));
    }

    /// <summary>Tasks that run on keep their networks; without any, nothing is left behind.</summary>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        try
        {
            LocalTask[] tasks;
            lock (_gate)
            {
                _isDisposed = true;
                tasks = [.. _tasks.Values];
            }

            foreach (var task in tasks)
            {
                await (task.Server?.DisposeAsync() ?? ValueTask.CompletedTask);
            }

            if (tasks.Length == 0)
            {
                await overlay.ApplyAsync(OverlayState.Empty, CancellationToken.None);
            }

            await overlay.DisposeAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task BringAsync(CancellationToken cancellationToken)
    {
        OverlayState state;
        lock (_gate)
        {
            var networks = _tasks.Values
                .SelectMany(task => task.Attachments)
                .DistinctBy(item => item.Network.Id)
                .Select(item => OverlayPlan.NetworkOf(item.Network, self, _services));
            state = new OverlayState(
                [.. networks],
                [.. _tasks.Values.Select(task => OverlayPlan.MemberOf(task.Task.Id, task.Attachments))])
            {
                Keys = _keys,
            };
        }

        var report = await overlay.ApplyAsync(state, cancellationToken);
        lock (_gate)
        {
            _report = report;
            var places = report.Places.ToDictionary(place => place.Member, StringComparer.Ordinal);
            var views = new NameViews(Reachable(), NetworkTargets.Parse);
            foreach (var task in _tasks.Values)
            {
                task.Place = places.GetValueOrDefault(task.Task.Id.Value);
                task.Server ??= task.Place is null ? null : TryListen(task, task.Place);
                task.Server?.Apply(views.From(task.Networks));
            }
        }
    }

    // Whoever has an address that leads nowhere is not named.
    private IEnumerable<MeshService> Reachable() =>
        _services.Select(service => service with { Tasks = OverlayPlan.ReachableOf(service).ToValueList() });

    private string ReasonOf(SwarmTask task, NetworkAttachment[] attachments)
    {
        lock (_gate)
        {
            foreach (var network in attachments.Select(item => item.Network))
            {
                if (_report.ReasonOf(network.Id.Value) is { } reason)
                {
                    return $"network {network.Spec.Name} cannot be on this node: {reason}";
                }
            }

            return $"the task cannot be on its networks: {_report.ReasonOf(task.Id.Value) ?? "this node is stopping"}";
        }
    }

    private NameServer? TryListen(LocalTask task, OverlayPlace place)
    {
        try
        {
            var options = task.Resolver.AskedFrom(new IPEndPoint(ServerAddress, DnsPort), time);
            using var space = NetworkNamespace.Open(place.Namespace);
            return new NameServer(options, space.Run, loggers.CreateLogger<NameServer>());
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            LogNoServer(task.Task.Name, exception.Message);
            return null;
        }
    }

    private TaskNames Tell(LocalTask local, OverlayPlace place)
    {
        var variables = new List<EnvironmentVariable>
        {
            new("SWARM_DNS", new IPEndPoint(ServerAddress, DnsPort).ToString()),
        };
        variables.AddRange(TaskVariables.Of(_services, local.Networks, NetworkTargets.Parse));
        var dns = (local.Task.Spec.Workload as ContainerSpec)?.Dns;
        return new TaskNames(variables.ToValueList(), local.Resolver.For(ServerAddress, dns?.Options ?? default))
        {
            NetworkNamespace = place.Namespace,
        };
    }

    /// <summary>A task of this node.</summary>
    private sealed class LocalTask(SwarmTask task, NetworkAttachment[] attachments)
    {
        public SwarmTask Task => task;

        public NetworkAttachment[] Attachments => attachments;

        public FrozenSet<NetworkId> Networks { get; } = attachments.Select(item => item.Network.Id).ToFrozenSet();

        /// <summary>What it would have without us.</summary>
        public ResolverFile Resolver { get; } = ResolverFile.Of(task);

        public OverlayPlace? Place { get; set; }

        public NameServer? Server { get; set; }

        /// <summary>Its ports, with the node's numbers as published ones.</summary>
        public ValueList<PortPublication> Ports { get; set; }
    }

    [LoggerMessage(4211, LogLevel.Warning, "Task {TaskName} has no name server in its namespace: {Reason}")]
    private partial void LogNoServer(string taskName, string reason);
}
