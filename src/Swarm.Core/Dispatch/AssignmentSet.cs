using Swarm.Agents;

namespace Swarm.Dispatch;

/// <summary>
/// What a node has been told, and what it must be told next: its tasks, and each secret and config as long as one of
/// its live tasks uses it.
/// </summary>
/// <remarks>Not thread-safe: one assignment stream has one set.</remarks>
internal sealed class AssignmentSet
{
    private readonly Dictionary<TaskId, SwarmTask> _tasks = [];
    private readonly Dictionary<TaskId, IReadOnlyList<ClusterObject>> _dependencies = [];
    private readonly Dictionary<(ObjectKind Kind, string Key), int> _uses = [];
    private readonly OrderedDictionary<(ObjectKind Kind, string Key), AssignmentChange> _changes = [];

    /// <summary>Changes not told yet.</summary>
    public int PendingCount => _changes.Count;

    /// <summary>Whether what a task depends on must be found before it is added.</summary>
    public bool NeedsDependencies(SwarmTask task) =>
        task.Status.State is >= TaskState.Assigned and <= TaskState.Running && !_tasks.ContainsKey(task.Id);

    /// <summary>Takes note of a task as it is now.</summary>
    /// <param name="task">The task.</param>
    /// <param name="dependencies">The secrets and configs of a task that <see cref="NeedsDependencies"/>.</param>
    public void Set(SwarmTask task, IReadOnlyList<ClusterObject> dependencies)
    {
        if (task.Status.State < TaskState.Assigned)
        {
            return;
        }

        var isKnown = _tasks.TryGetValue(task.Id, out var known);
        _tasks[task.Id] = task;
        if (!isKnown && task.Status.State <= TaskState.Running)
        {
            Acquire(task.Id, dependencies);
        }
        else if (task.Status.State > TaskState.Running)
        {
            Release(task.Id);
        }

        // Up to ASSIGNED the managers write the status; afterwards the agent knows it better than anybody.
        if (!isKnown || task.Status.State <= TaskState.Assigned || !TaskStateMachine.IsSameToAgent(known!, task))
        {
            _changes[(ObjectKind.Task, task.Key)] = new AssignmentChange(task);
        }
    }

    /// <summary>Takes note of a task that no longer exists.</summary>
    public void Remove(SwarmTask task)
    {
        if (_tasks.Remove(task.Id))
        {
            Release(task.Id);
            _changes[(ObjectKind.Task, task.Key)] = new AssignmentChange(task, Remove: true);
        }
    }

    /// <summary>The changes since the last call; what tasks need comes before the tasks.</summary>
    public ValueList<AssignmentChange> Take()
    {
        var changes = _changes.Values.OrderBy(change => change.Object.Kind == ObjectKind.Task).ToValueList();
        _changes.Clear();
        return changes;
    }

    private void Acquire(TaskId task, IReadOnlyList<ClusterObject> dependencies)
    {
        if (dependencies.Count == 0)
        {
            return;
        }

        // What was sent is not kept: to take it back, its id is enough.
        _dependencies.Add(task, [.. dependencies.Select(WithoutContent)]);
        foreach (var dependency in dependencies)
        {
            var key = (dependency.Kind, dependency.Key);
            var uses = _uses.GetValueOrDefault(key);
            _uses[key] = uses + 1;

            // Secrets go out again with every new task: a driver may have changed their value.
            if (uses == 0 || dependency.Kind == ObjectKind.Secret)
            {
                _changes[key] = new AssignmentChange(dependency);
            }
        }
    }

    private void Release(TaskId task)
    {
        if (!_dependencies.Remove(task, out var dependencies))
        {
            return;
        }

        foreach (var dependency in dependencies)
        {
            var key = (dependency.Kind, dependency.Key);
            if (--_uses[key] == 0)
            {
                _uses.Remove(key);
                _changes[key] = new AssignmentChange(dependency, Remove: true);
            }
        }
    }

    private static ClusterObject WithoutContent(ClusterObject dependency) => dependency switch
    {
        Secret secret => new Secret { Id = secret.Id, Spec = new SecretSpec() },
        Config config => new Config { Id = config.Id, Spec = new ConfigSpec() },
        _ => dependency,
    };
}
