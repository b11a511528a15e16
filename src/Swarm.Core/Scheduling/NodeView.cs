using System.Collections.ObjectModel;

namespace Swarm.Scheduling;

/// <summary>A node as the scheduler sees it: the stored object and what the tasks on it take up.</summary>
/// <remarks>
/// A view made by its constructors does not change. The views that filters and scorers are given do, between calls, as
/// tasks are placed; they must not be kept.
/// </remarks>
public sealed class NodeView
{
    private readonly ServiceLoads _loads;
    private NodeResources _capacity;
    private NodeResources? _available;
    private long _reservedNanoCpus;
    private long _reservedMemoryBytes;
    private GenericClaims? _generic;
    private Dictionary<HostPort, int>? _hostPorts;
    private Dictionary<ServiceRevision, int>? _failures;

    /// <summary>An idle node: everything it describes is free.</summary>
    /// <param name="node">The node.</param>
    public NodeView(Node node)
        : this(node, [])
    {
    }

    /// <summary>A node with tasks.</summary>
    /// <param name="node">The node.</param>
    /// <param name="tasks">Its tasks; those that are not assigned yet or have ended take up nothing.</param>
    public NodeView(Node node, IEnumerable<SwarmTask> tasks)
        : this(node, new ServiceLoads())
    {
        ArgumentNullException.ThrowIfNull(tasks);
        foreach (var task in tasks.Where(TaskUse.Occupies))
        {
            Take(TaskUse.Of(task));
            if (TaskUse.IsActive(task))
            {
                ChangeActive(_loads.Of(task.ServiceId), 1);
            }
        }
    }

    internal NodeView(Node node, ServiceLoads loads)
    {
        ArgumentNullException.ThrowIfNull(node);
        _loads = loads;
        _capacity = NodeResources.None;
        Node = node;
        Update(node);
    }

    /// <summary>Copies a view into other bookkeeping.</summary>
    internal NodeView(NodeView other, ServiceLoads loads)
    {
        _loads = loads;
        _capacity = other._capacity;
        _reservedNanoCpus = other._reservedNanoCpus;
        _reservedMemoryBytes = other._reservedMemoryBytes;
        _generic = other._generic?.Clone();
        _hostPorts = other._hostPorts is null ? null : new(other._hostPorts);
        _failures = other._failures is null ? null : new(other._failures);
        Node = other.Node;
        IsReady = other.IsReady;
        ActiveTasks = other.ActiveTasks;
        foreach (var (service, count) in other._loads.CountsOn(other))
        {
            loads.Of(service).Change(this, count);
        }
    }

    /// <summary>The stored node.</summary>
    public Node Node { get; private set; }

    /// <summary>What is not reserved; negative where the node shrank below its reservations.</summary>
    /// <value>Defaults to what the node describes, less the reservations of its tasks.</value>
    public NodeResources Available
    {
        get => _available ??= new NodeResources
        {
            NanoCpus = FreeNanoCpus,
            MemoryBytes = FreeMemoryBytes,
            Generic = GenericClaims.Free(_capacity.Generic, _generic),
        };
        init
        {
            _capacity = value ?? NodeResources.None;
            _available = value;
            (_reservedNanoCpus, _reservedMemoryBytes, _generic) = (0, 0, null);
        }
    }

    /// <summary>Tasks on the node that are meant to run or to complete.</summary>
    public int ActiveTasks { get; private set; }

    /// <summary>Tasks that failed or were rejected here lately, by what they were made from.</summary>
    /// <value>Empty by default; entries that are too old are left out.</value>
    public IReadOnlyDictionary<ServiceRevision, int> RecentFailures
    {
        get => _failures ?? (IReadOnlyDictionary<ServiceRevision, int>)ReadOnlyDictionary<ServiceRevision, int>.Empty;
        init => _failures = new(value);
    }

    /// <summary>True when the node is reachable and takes tasks.</summary>
    public bool IsReady { get; private set; }

    internal long FreeNanoCpus => _capacity.NanoCpus - _reservedNanoCpus;

    internal long FreeMemoryBytes => _capacity.MemoryBytes - _reservedMemoryBytes;

    /// <summary>Place in the order of ids; valid during a pass.</summary>
    internal int Position { get; set; }

    /// <summary>Marks a node whose load the order has yet to notice.</summary>
    internal bool IsTouched { get; set; }

    /// <summary>False for a node that is gone while tasks of it are still around.</summary>
    internal bool IsPresent { get; set; }

    /// <summary>The cluster volumes there are; null for a view of a node alone.</summary>
    internal VolumeBook? Volumes { get; init; }

    /// <summary>Tasks that take up something.</summary>
    internal int Occupants { get; set; }

    /// <summary>The group for which <see cref="GroupTasks"/> and <see cref="GroupFailures"/> hold.</summary>
    internal long Group { get; set; }

    /// <summary>Active tasks of the service being placed.</summary>
    internal int GroupTasks { get; set; }

    /// <summary>Recent failures of the service being placed, 0 below the threshold.</summary>
    internal int GroupFailures { get; set; }

    /// <summary>Tasks of a service on the node that are meant to run or to complete.</summary>
    /// <param name="service">The service.</param>
    /// <returns>How many.</returns>
    public int ActiveTasksOf(ServiceId service) => _loads.Find(service)?.On(this) ?? 0;

    /// <summary>Tells whether a task on the node has a port.</summary>
    /// <param name="port">The port.</param>
    /// <returns>True when it is taken.</returns>
    public bool UsesHostPort(HostPort port) => _hostPorts is not null && _hostPorts.ContainsKey(port);

    internal bool HasGeneric(ValueList<GenericResource> wanted) =>
        GenericClaims.Suffices(_capacity.Generic, _generic, wanted);

    internal ValueList<GenericResource> ChooseGeneric(ValueList<GenericResource> wanted) =>
        GenericClaims.Choose(_capacity.Generic, _generic, wanted);

    internal void Update(Node node)
    {
        Node = node;
        _capacity = node.Description?.Resources ?? NodeResources.None;
        _available = null;
        IsReady = node is { Status.State: NodeState.Ready, Spec.Availability: NodeAvailability.Active };
    }

    internal void Take(in TaskUse use) => Change(use, 1);

    internal void Return(in TaskUse use) => Change(use, -1);

    internal void ChangeActive(ServiceLoad load, int by)
    {
        ActiveTasks += by;
        load.Change(this, by);
    }

    internal void ChangeFailures(ServiceRevision revision, int by)
    {
        _failures ??= [];
        var now = _failures.GetValueOrDefault(revision) + by;
        if (now > 0)
        {
            _failures[revision] = now;
        }
        else
        {
            _failures.Remove(revision);
        }
    }

    private void Change(in TaskUse use, int sign)
    {
        _available = null;
        _reservedNanoCpus += sign * use.NanoCpus;
        _reservedMemoryBytes += sign * use.MemoryBytes;
        if (!use.Generic.IsEmpty)
        {
            _generic ??= new GenericClaims();
            _generic.Change(use.Generic, sign);
        }

        foreach (var port in use.HostPorts ?? [])
        {
            _hostPorts ??= [];
            var users = _hostPorts.GetValueOrDefault(port) + sign;
            if (users == 0)
            {
                _hostPorts.Remove(port);
            }
            else
            {
                _hostPorts[port] = users;
            }
        }
    }
}
