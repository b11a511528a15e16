namespace Swarm.Storage;

/// <summary>Changes in the making; other readers see none of them before the transaction commits.</summary>
internal sealed class StoreTransaction
{
    private readonly ClusterView _view;
    private readonly ObjectVersion _stamp;
    private readonly DateTimeOffset _now;
    private readonly List<ObjectChange> _changes = [];

    private TaskTable.Builder? _tasks;
    private ObjectTable<Node>.Builder? _nodes;
    private ObjectTable<Service>.Builder? _services;
    private ObjectTable<Network>.Builder? _networks;
    private ObjectTable<Secret>.Builder? _secrets;
    private ObjectTable<Config>.Builder? _configs;
    private ObjectTable<Volume>.Builder? _volumes;
    private ObjectTable<Resource>.Builder? _resources;
    private ObjectTable<Extension>.Builder? _extensions;
    private ObjectTable<Cluster>.Builder? _clusters;

    internal StoreTransaction(ClusterView view, ObjectVersion stamp, DateTimeOffset now)
    {
        _view = view;
        _stamp = stamp;
        _now = now;
    }

    public TaskTable.Builder Tasks => _tasks ??= _view.Tasks.ToBuilder();

    public ObjectTable<Node>.Builder Nodes => _nodes ??= _view.Nodes.ToBuilder();

    public ObjectTable<Service>.Builder Services => _services ??= _view.Services.ToBuilder();

    public ObjectTable<Network>.Builder Networks => _networks ??= _view.Networks.ToBuilder();

    public ObjectTable<Secret>.Builder Secrets => _secrets ??= _view.Secrets.ToBuilder();

    public ObjectTable<Config>.Builder Configs => _configs ??= _view.Configs.ToBuilder();

    public ObjectTable<Volume>.Builder Volumes => _volumes ??= _view.Volumes.ToBuilder();

    public ObjectTable<Resource>.Builder Resources => _resources ??= _view.Resources.ToBuilder();

    public ObjectTable<Extension>.Builder Extensions => _extensions ??= _view.Extensions.ToBuilder();

    public ObjectTable<Cluster>.Builder Clusters => _clusters ??= _view.Clusters.ToBuilder();

    /// <summary>The one cluster object as it is now; null before the swarm is initialised.</summary>
    public Cluster? Cluster => _clusters is null ? _view.Cluster : _clusters.All.FirstOrDefault();

    /// <summary>Time of the transaction, by the clock of the leader.</summary>
    public DateTimeOffset Now => _now;

    /// <summary>Version of everything that the transaction writes.</summary>
    public ObjectVersion Stamp => _stamp;

    /// <summary>Timestamp of its beginning; 0 when nobody measures.</summary>
    internal long Started { get; init; }

    /// <summary>Who asked for it; empty when nobody is named.</summary>
    internal string Actor { get; init; } = "";

    /// <summary>Where what became of objects lately is kept; null for nowhere.</summary>
    internal ChangeFeed? History { get; init; }

    /// <summary>The changes so far.</summary>
    internal IReadOnlyList<ObjectChange> Changes => _changes;

    /// <summary>Adds an object.</summary>
    /// <returns>The object as stored, with its version and times.</returns>
    /// <exception cref="SwarmException">The id or the name is taken.</exception>
    public T Create<T>(T value)
        where T : ClusterObject
    {
        var table = TableOf(value.Kind);
        if (table.Find(value.Key) is not null)
        {
            throw new SwarmException(SwarmErrorCode.AlreadyExists, "object already exists");
        }

        CheckName(table, value);
        return (T)Record(table, ChangeKind.Created, null, value with
        {
            Version = _stamp,
            CreatedAt = _now,
            UpdatedAt = _now,
        });
    }

    /// <summary>Replaces an object that was read at its current version.</summary>
    /// <returns>The object as stored, with its new version and time.</returns>
    /// <exception cref="SwarmException">It does not exist, has changed since, or the new name is taken.</exception>
    public T Update<T>(T value)
        where T : ClusterObject
    {
        var table = TableOf(value.Kind);
        var previous = table.Find(value.Key) ?? throw SwarmException.NotFound("object does not exist");
        if (previous.Version != value.Version)
        {
            throw new SwarmException(SwarmErrorCode.UpdateOutOfSequence, "update out of sequence");
        }

        CheckName(table, value);
        return (T)Record(table, ChangeKind.Updated, previous, value with
        {
            Version = _stamp,
            CreatedAt = previous.CreatedAt,
            UpdatedAt = _now,
        });
    }

    /// <summary>
    /// Replaces a task by a copy that has <see cref="Stamp"/> as its version and <see cref="Now"/> as its time already:
    /// <see cref="Update"/> without its copy, for those that write tasks by the hundred thousand.
    /// </summary>
    /// <exception cref="SwarmException">The task has changed since <paramref name="previous"/> was read.</exception>
    public void Replace(SwarmTask previous, SwarmTask stamped)
    {
        if (!ReferenceEquals(Tasks.Find(previous.Id), previous))
        {
            throw new SwarmException(SwarmErrorCode.UpdateOutOfSequence, "update out of sequence");
        }

        if (stamped.Version != _stamp)
        {
            throw new ArgumentException("the copy does not carry the version of this transaction", nameof(stamped));
        }

        Record(Tasks, ChangeKind.Updated, previous, stamped);
    }

    /// <summary>What became of an object since a version; nothing when that is not kept any more, or never was.</summary>
    public IReadOnlyList<ObjectChange> ChangesSince(ObjectVersion version, ClusterObject current) =>
        current.Version != version && History is { } history ? history.ChangesSince(version, current) : [];

    /// <summary>Takes an object out.</summary>
    /// <exception cref="SwarmException">It does not exist.</exception>
    public void Remove(ClusterObject value)
    {
        var table = TableOf(value.Kind);
        var previous = table.Find(value.Key) ?? throw SwarmException.NotFound("object does not exist");
        table.Replace(previous, null);
        _changes.Add(new ObjectChange(ChangeKind.Removed, previous, previous, _stamp) { Actor = Actor });
    }

    /// <summary>Performs a replicated action without stamping or checking.</summary>
    internal void Apply(StoreAction action)
    {
        var table = TableOf(action.Object.Kind);
        var previous = table.Find(action.Object.Key);
        if (action.Change == ChangeKind.Removed)
        {
            if (previous is not null)
            {
                table.Replace(previous, null);
                _changes.Add(new ObjectChange(ChangeKind.Removed, previous, previous, _stamp) { Actor = Actor });
            }

            return;
        }

        Record(table, previous is null ? ChangeKind.Created : ChangeKind.Updated, previous, action.Object);
    }

    /// <summary>Takes back every change after the first <paramref name="count"/>.</summary>
    internal void RollBackTo(int count)
    {
        for (var i = _changes.Count - 1; i >= count; i--)
        {
            var change = _changes[i];
            var current = change.Change == ChangeKind.Removed ? null : change.Current;
            TableOf(change.Current.Kind).Replace(current, change.Previous);
        }

        _changes.RemoveRange(count, _changes.Count - count);
    }

    internal ClusterView ToView(ObjectVersion version) => new()
    {
        Version = version,
        Tasks = _tasks?.ToImmutable() ?? _view.Tasks,
        Nodes = _nodes?.ToImmutable() ?? _view.Nodes,
        Services = _services?.ToImmutable() ?? _view.Services,
        Networks = _networks?.ToImmutable() ?? _view.Networks,
        Secrets = _secrets?.ToImmutable() ?? _view.Secrets,
        Configs = _configs?.ToImmutable() ?? _view.Configs,
        Volumes = _volumes?.ToImmutable() ?? _view.Volumes,
        Resources = _resources?.ToImmutable() ?? _view.Resources,
        Extensions = _extensions?.ToImmutable() ?? _view.Extensions,
        Clusters = _clusters?.ToImmutable() ?? _view.Clusters,
    };

    private static void CheckName(ITableBuilder table, ClusterObject value)
    {
        // Host names of nodes need not be unique.
        if (value.Kind is ObjectKind.Task or ObjectKind.Node)
        {
            return;
        }

        if (table.OwnerOfName(NameIndex.NameOf(value), value.Key) is not null)
        {
            throw new SwarmException(SwarmErrorCode.AlreadyExists, "name conflicts with an existing object");
        }
    }

    private ClusterObject Record(ITableBuilder table, ChangeKind change, ClusterObject? previous, ClusterObject current)
    {
        table.Replace(previous, current);
        _changes.Add(new ObjectChange(change, current, previous, _stamp) { Actor = Actor });
        return current;
    }

    private ITableBuilder TableOf(ObjectKind kind) => kind switch
    {
        ObjectKind.Task => Tasks,
        ObjectKind.Node => Nodes,
        ObjectKind.Service => Services,
        ObjectKind.Network => Networks,
        ObjectKind.Secret => Secrets,
        ObjectKind.Config => Configs,
        ObjectKind.Volume => Volumes,
        ObjectKind.Resource => Resources,
        ObjectKind.Extension => Extensions,
        ObjectKind.Cluster => Clusters,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "the store has no table of this kind"),
    };
}
