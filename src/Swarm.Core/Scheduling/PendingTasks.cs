namespace Swarm.Scheduling;

/// <summary>Tasks that wait for a node, by group, and those that wait for their own node to be checked.</summary>
internal sealed class PendingTasks
{
    private readonly Dictionary<TaskGroupKey, TaskGroup> _groups = [];
    private readonly Dictionary<TaskId, SwarmTask> _preassigned = [];

    public bool IsEmpty => _groups.Count == 0 && _preassigned.Count == 0;

    /// <summary>Groups of tasks that are alike.</summary>
    public IReadOnlyCollection<TaskGroup> Groups => _groups.Values;

    /// <summary>Tasks of global services.</summary>
    public IReadOnlyCollection<SwarmTask> Preassigned => _preassigned.Values;

    public static bool Waits(SwarmTask task) => task.Status.State == TaskState.Pending;

    /// <summary>Tells whether a change leaves a task where it waits.</summary>
    public static bool StaysPut(SwarmTask before, SwarmTask after) =>
        Waits(after) && before.NodeId == after.NodeId && TaskGroupKey.Of(before) == TaskGroupKey.Of(after);

    /// <summary>Adds or replaces a task; false when it waited before and nothing that matters has changed.</summary>
    public bool Set(SwarmTask task)
    {
        var tasks = task.NodeId.IsEmpty ? GroupOf(task).Tasks : _preassigned;
        var news = !tasks.TryGetValue(task.Id, out var known) || known.DesiredState != task.DesiredState;
        tasks[task.Id] = task;
        return news;
    }

    public void Remove(SwarmTask task)
    {
        if (!task.NodeId.IsEmpty)
        {
            _preassigned.Remove(task.Id);
            return;
        }

        var key = TaskGroupKey.Of(task);
        if (_groups.TryGetValue(key, out var group) && group.Tasks.Remove(task.Id) && group.Tasks.Count == 0)
        {
            _groups.Remove(key);
        }
    }

    private TaskGroup GroupOf(SwarmTask task)
    {
        var key = TaskGroupKey.Of(task);
        if (!_groups.TryGetValue(key, out var group))
        {
            _groups.Add(key, group = new TaskGroup(key.Revision));
        }

        return group;
    }
}

/// <summary>Tasks that any filter treats alike.</summary>
internal sealed class TaskGroup(ServiceRevision revision)
{
    public ServiceRevision Revision { get; } = revision;

    public Dictionary<TaskId, SwarmTask> Tasks { get; } = [];
}

/// <summary>
/// What makes tasks alike: the spec version of their service, or, without one, the very same spec and allocations.
/// </summary>
internal readonly record struct TaskGroupKey(
    ServiceRevision Revision,
    TaskGroupKey.Shared Spec,
    TaskGroupKey.Shared Endpoint,
    ValueList<NetworkAttachment> Networks)
{
    public static TaskGroupKey Of(SwarmTask task) => task.SpecVersion is null
        ? new(ServiceRevision.Of(task), new(task.Spec), new(task.Endpoint), task.Networks)
        : new(ServiceRevision.Of(task), default, default, default);

    /// <summary>An object compared by identity.</summary>
    internal readonly struct Shared(object? value) : IEquatable<Shared>
    {
        private readonly object? _value = value;

        public bool Equals(Shared other) => ReferenceEquals(_value, other._value);

        public override bool Equals(object? obj) => obj is Shared other && Equals(other);

        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(_value);
    }
}
