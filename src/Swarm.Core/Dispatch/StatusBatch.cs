namespace Swarm.Dispatch;

/// <summary>Reports waiting to be written: only the latest of each task and node.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class StatusBatch
{
    private readonly OrderedDictionary<TaskId, SwarmTaskStatus> _tasks = [];
    private readonly OrderedDictionary<NodeId, NodeWrite> _nodes = [];
    private readonly List<TaskCompletionSource> _waiters = [];

    public IReadOnlyList<KeyValuePair<TaskId, SwarmTaskStatus>> Tasks => _tasks;

    public IReadOnlyList<KeyValuePair<NodeId, NodeWrite>> Nodes => _nodes;

    public int Count => _tasks.Count + _nodes.Count;

    public void Add(TaskId id, SwarmTaskStatus status)
    {
        if (!_tasks.TryGetValue(id, out var known) || known.State <= status.State)
        {
            _tasks[id] = status;
        }
    }

    public void Add(NodeId id, NodeWrite write) =>
        _nodes[id] = _nodes.TryGetValue(id, out var known) ? known.Then(write) : write;

    /// <summary>Completes when the batch is written, or fails with it.</summary>
    public Task WaitAsync()
    {
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiters.Add(waiter);
        return waiter.Task;
    }

    /// <summary>Adds what was reported later.</summary>
    public void Add(StatusBatch later)
    {
        foreach (var (id, status) in later.Tasks)
        {
            Add(id, status);
        }

        foreach (var (id, write) in later.Nodes)
        {
            Add(id, write);
        }

        _waiters.AddRange(later._waiters);
    }

    public void Complete() => _waiters.ForEach(waiter => waiter.TrySetResult());

    public void Fail(SwarmException exception) => _waiters.ForEach(waiter => waiter.TrySetException(exception));
}
