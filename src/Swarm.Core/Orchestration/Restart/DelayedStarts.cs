using Swarm.Storage;

namespace Swarm.Orchestration.Restart;

/// <summary>The tasks that wait for their start, by their own id and by the tasks they wait for.</summary>
internal sealed class DelayedStarts
{
    private readonly Dictionary<TaskId, DelayedStart> _pending = [];
    private readonly Dictionary<TaskId, TaskId> _successors = [];
    private readonly WakeQueue<TaskId> _wake = new();

    /// <summary>When the next one may be due.</summary>
    public DateTimeOffset? Next => _wake.Next;

    public int Count => _pending.Count;

    public bool IsPending(TaskId task) => _pending.ContainsKey(task);

    public void Arm(DelayedStart start)
    {
        Cancel(start.Task);
        _pending.Add(start.Task, start);
        _wake.Set(start.Task, start.NotBefore);
        foreach (var predecessor in start.Predecessors)
        {
            _successors[predecessor] = start.Task;
        }
    }

    public void Cancel(TaskId task)
    {
        if (!_pending.Remove(task, out var start))
        {
            return;
        }

        _wake.Remove(task);
        foreach (var predecessor in start.Predecessors)
        {
            if (_successors.GetValueOrDefault(predecessor) == task)
            {
                _successors.Remove(predecessor);
            }
        }
    }

    /// <summary>A task may have stopped: looks at the one that waits for it at the next opportunity.</summary>
    public void OnStopped(TaskId predecessor)
    {
        if (_successors.TryGetValue(predecessor, out var successor))
        {
            _wake.Set(successor, _pending[successor].NotBefore);
        }
    }

    /// <summary>A node is gone or down: nobody waits for its tasks any more.</summary>
    public void OnNodeLost(NodeId node, ClusterView view)
    {
        foreach (var predecessor in _successors.Keys)
        {
            if (view.Tasks.Find(predecessor) is { } task && task.NodeId == node)
            {
                OnStopped(predecessor);
            }
        }
    }

    /// <summary>Takes out the tasks that may start now.</summary>
    public IReadOnlyList<TaskId> TakeDue(ClusterView view, DateTimeOffset now)
    {
        List<TaskId> due = [];
        while (_wake.TryTake(now, out var task))
        {
            var start = _pending[task];
            if (start.IsDue(view, now))
            {
                Cancel(task);
                due.Add(task);
            }
            else
            {
                _wake.Set(task, start.PatienceEnds);
            }
        }

        return due;
    }
}
