using System.Runtime.InteropServices;

namespace Swarm.Scheduling;

/// <summary>Tasks that wait for a node, by group, and those that wait for their own node to be checked.</summary>
internal sealed class PendingTasks
{
    private readonly Dictionary<TaskGroupKey, TaskGroup> _groups = [];
    private readonly Dictionary<string, SwarmTask> _preassigned = new(StringComparer.Ordinal);

    // Changes come in runs of one group, and its key is the dearest part of finding it.
    private TaskGroup? _last;

    /// <summary>True when nothing is known of why tasks wait: everything is to be tried.</summary>
    public bool TryAll { get; set; } = true;

    /// <summary>Nodes on which something became free since the last pass.</summary>
    public HashSet<NodeId> Relieved { get; } = [];

    /// <summary>Tasks bound to their node that it cannot take for now.</summary>
    public HashSet<TaskId> Refused { get; } = [];

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
        var group = task.NodeId.IsEmpty ? GroupOf(task) : null;
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(
            group?.Tasks ?? _preassigned,
            task.Id.Value,
            out _);
        var news = known is null || known.DesiredState != task.DesiredState;
        known = task;
        if (news && group?.Blocked is not null)
        {
            group.Fresh.Add(task.Id);
        }

        return news;
    }

    public void Remove(SwarmTask task)
    {
        if (!task.NodeId.IsEmpty)
        {
            _preassigned.Remove(task.Id.Value);
            Refused.Remove(task.Id);
        }
        else if (FindGroup(task) is { } group && group.Tasks.Remove(task.Id.Value) && group.Tasks.Count == 0)
        {
            Remove(group);
        }
    }

    /// <summary>Forgets a group with all its tasks.</summary>
    public void Remove(TaskGroup group)
    {
        _groups.Remove(group.Key);
        _last = _last == group ? null : _last;
    }

    private TaskGroup GroupOf(SwarmTask task)
    {
        if (FindGroup(task) is { } group)
        {
            return group;
        }

        var key = TaskGroupKey.Of(task);
        _groups.Add(key, _last = new TaskGroup(key));
        return _last;
    }

    private TaskGroup? FindGroup(SwarmTask task)
    {
        var key = TaskGroupKey.Of(task);
        if (_last is null || _last.Key != key)
        {
            _last = _groups.GetValueOrDefault(key);
        }

        return _last;
    }
}

/// <summary>Tasks that any filter treats alike.</summary>
internal sealed class TaskGroup(TaskGroupKey key)
{
    public TaskGroupKey Key { get; } = key;

    public Dictionary<string, SwarmTask> Tasks { get; } = new(StringComparer.Ordinal);

    /// <summary>Why no node took more of the tasks when they were last tried; null when that is not known.</summary>
    public SchedulingExplanation? Blocked { get; set; }

    /// <summary>Tasks that came, or changed their mind, since then.</summary>
    public List<TaskId> Fresh { get; } = [];
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
