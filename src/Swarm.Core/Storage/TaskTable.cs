using System.Collections;

namespace Swarm.Storage;

/// <summary>The tasks at one moment, by id and by what controllers ask for; enumerated in the order of their ids.</summary>
internal sealed class TaskTable : IEnumerable<SwarmTask>
{
    private readonly SortedTree<SwarmTask> _tasks;
    private readonly IdSetIndex _byService;
    private readonly IdSetIndex _byNode;
    private readonly StateCounts _states;
    private readonly IdSetIndex _byDesiredState;
    private readonly IdSetIndex _byReference;

    private TaskTable(
        SortedTree<SwarmTask> tasks,
        IdSetIndex byService,
        IdSetIndex byNode,
        StateCounts states,
        IdSetIndex byDesiredState,
        IdSetIndex byReference)
    {
        _tasks = tasks;
        _byService = byService;
        _byNode = byNode;
        _states = states;
        _byDesiredState = byDesiredState;
        _byReference = byReference;
    }

    public static TaskTable Empty { get; } = new(
        SortedTree<SwarmTask>.Create(task => task.Id.Value),
        IdSetIndex.Empty,
        IdSetIndex.Empty,
        StateCounts.Empty,
        IdSetIndex.Empty,
        IdSetIndex.Empty);

    public int Count => _tasks.Count;

    public SwarmTask? Find(TaskId id) => Find(id.Value);

    public SwarmTask? Find(string id) => _tasks.Find(IdRank.Of(id), id);

    /// <summary>Tasks of a service, by slot and then by id.</summary>
    public IEnumerable<SwarmTask> OfService(ServiceId id) => id.IsEmpty ? [] : Resolve(_byService[id.Value]);

    /// <summary>Tasks of one slot of a service.</summary>
    public IEnumerable<SwarmTask> OfSlot(ServiceId id, int slot)
    {
        var (low, high) = TaskIndexKeys.RangeOfSlot(slot);
        foreach (var task in _byService[id.Value].From(low, high))
        {
            yield return Find(task)!;
        }
    }

    public IEnumerable<SwarmTask> OnNode(NodeId id) => id.IsEmpty ? [] : Resolve(_byNode[id.Value]);

    public IEnumerable<SwarmTask> WithDesiredState(TaskState state) =>
        Resolve(_byDesiredState[TaskIndexKeys.OfState(state)]);

    public IEnumerable<SwarmTask> UsingSecret(SecretId id) => Resolve(_byReference[TaskIndexKeys.OfSecret(id)]);

    public IEnumerable<SwarmTask> UsingConfig(ConfigId id) => Resolve(_byReference[TaskIndexKeys.OfConfig(id)]);

    public IEnumerable<SwarmTask> UsingNetwork(NetworkId id) =>
        Resolve(_byReference[TaskIndexKeys.OfNetwork(id.Value)]);

    public int CountOfService(ServiceId id) => _byService[id.Value].Count;

    public int CountOnNode(NodeId id) => _byNode[id.Value].Count;

    public int CountInState(TaskState state) => _states[state];

    public IEnumerable<SwarmTask> WithPrefix(string idPrefix)
    {
        var (low, high) = IdRank.OfPrefix(idPrefix);
        foreach (var task in _tasks.From(low, high))
        {
            if (task.Id.Value.StartsWith(idPrefix, StringComparison.Ordinal))
            {
                yield return task;
            }
        }
    }

    public SortedTree<SwarmTask>.Enumerator GetEnumerator() => _tasks.GetEnumerator();

    IEnumerator<SwarmTask> IEnumerable<SwarmTask>.GetEnumerator() => _tasks.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _tasks.AsEnumerable().GetEnumerator();

    public Builder ToBuilder() => new(this);

    private IEnumerable<SwarmTask> Resolve(SortedTree<string> ids)
    {
        foreach (var id in ids)
        {
            yield return Find(id)!;
        }
    }

    /// <summary>The tasks inside a transaction.</summary>
    internal sealed class Builder(TaskTable table) : ITableBuilder
    {
        private readonly SortedTree<SwarmTask>.Builder _tasks = table._tasks.ToBuilder();
        private readonly IdSetIndex.Builder _byService = table._byService.ToBuilder();
        private readonly IdSetIndex.Builder _byNode = table._byNode.ToBuilder();
        private readonly StateCounts.Builder _states = table._states.ToBuilder();
        private readonly IdSetIndex.Builder _byDesiredState = table._byDesiredState.ToBuilder();
        private readonly IdSetIndex.Builder _byReference = table._byReference.ToBuilder();

        public int Count => _tasks.Count;

        public SwarmTask? Find(TaskId id) => _tasks.Find(IdRank.Of(id.Value), id.Value);

        /// <summary>Tasks of a service as they are now; a copy that survives later changes.</summary>
        public IReadOnlyList<SwarmTask> OfService(ServiceId id) => Resolve(_byService.Read(id.Value));

        /// <summary>Tasks of one slot as they are now; a copy that survives later changes.</summary>
        public IReadOnlyList<SwarmTask> OfSlot(ServiceId id, int slot)
        {
            var (low, high) = TaskIndexKeys.RangeOfSlot(slot);
            return Resolve(_byService.Read(id.Value, low, high));
        }

        /// <summary>Tasks on a node as they are now; a copy that survives later changes.</summary>
        public IReadOnlyList<SwarmTask> OnNode(NodeId id) => Resolve(_byNode.Read(id.Value));

        /// <summary>Tasks that ask for a network as they are now; a copy that survives later changes.</summary>
        public IReadOnlyList<SwarmTask> UsingNetwork(NetworkId id) =>
            Resolve(_byReference.Read(TaskIndexKeys.OfNetwork(id.Value)));

        ClusterObject? ITableBuilder.Find(string id) => Find(new TaskId(id));

        public string? OwnerOfName(string name, string exceptId) => null;

        public void Replace(ClusterObject? previous, ClusterObject? current)
        {
            var (old, task) = ((SwarmTask?)previous, (SwarmTask?)current);
            var id = (task ?? old)!.Id.Value;
            var rank = IdRank.Of(id);
            if (task is null)
            {
                _tasks.Remove(rank, id);
            }
            else
            {
                _tasks.Set(rank, id, task);
            }

            MoveInService(old, task, id);
            Move(_byNode, old?.NodeId.Value, task?.NodeId.Value, rank, id);
            _states.Move(old, task);
            Move(_byDesiredState, DesiredKey(old), DesiredKey(task), rank, id);
            MoveReferences(old?.Spec, task?.Spec, rank, id);
        }

        public TaskTable ToImmutable() => new(
            _tasks.ToImmutable(),
            _byService.ToImmutable(),
            _byNode.ToImmutable(),
            _states.ToImmutable(),
            _byDesiredState.ToImmutable(),
            _byReference.ToImmutable());

        private static string? DesiredKey(SwarmTask? task) =>
            task is null ? null : TaskIndexKeys.OfState(task.DesiredState);

        private static void Move(IdSetIndex.Builder index, string? from, string? to, ulong rank, string id)
        {
            if (from == to)
            {
                return;
            }

            if (!string.IsNullOrEmpty(from))
            {
                index.Remove(from, rank, id);
            }

            if (!string.IsNullOrEmpty(to))
            {
                index.Add(to, rank, id);
            }
        }

        private void MoveInService(SwarmTask? old, SwarmTask? task, string id)
        {
            if (old is not null && task is not null && old.ServiceId == task.ServiceId && old.Slot == task.Slot)
            {
                return;
            }

            if (old is { ServiceId.IsEmpty: false })
            {
                _byService.Remove(old.ServiceId.Value, TaskIndexKeys.RankInService(old.Slot, id), id);
            }

            if (task is { ServiceId.IsEmpty: false })
            {
                _byService.Add(task.ServiceId.Value, TaskIndexKeys.RankInService(task.Slot, id), id);
            }
        }

        private void MoveReferences(TaskSpec? old, TaskSpec? spec, ulong rank, string id)
        {
            if (ReferenceEquals(old, spec))
            {
                return;
            }

            if (old is not null && TaskIndexKeys.HasReferences(old))
            {
                foreach (var key in TaskIndexKeys.OfReferences(old))
                {
                    _byReference.Remove(key, rank, id);
                }
            }

            if (spec is not null && TaskIndexKeys.HasReferences(spec))
            {
                foreach (var key in TaskIndexKeys.OfReferences(spec))
                {
                    _byReference.Add(key, rank, id);
                }
            }
        }

        private List<SwarmTask> Resolve(SortedTree<string>.Range ids)
        {
            var tasks = new List<SwarmTask>();
            foreach (var id in ids)
            {
                tasks.Add(Find(new TaskId(id))!);
            }

            return tasks;
        }
    }
}
