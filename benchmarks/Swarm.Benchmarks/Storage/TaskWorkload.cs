using Swarm.Storage;

namespace Swarm.Benchmarks.Storage;

/// <summary>In which order the tasks of a workload are taken.</summary>
public enum TaskOrder
{
    /// <summary>Ascending by id: neighbours in the trees.</summary>
    ById,

    /// <summary>Anywhere in the trees.</summary>
    Random,
}

/// <summary>
/// A store full of running tasks of one service on 1,000 nodes, that got there as in a swarm: created, assigned,
/// reported to run, in transactions of 200 changes.
/// </summary>
internal sealed class TaskWorkload : IDisposable
{
    public const int Nodes = 1_000;
    public const int Batch = 200;

    private readonly StorageObjects _objects = new();
    private readonly Node[] _nodes;
    private readonly Action<StoreTransaction> _updateOne;
    private readonly Action<StoreTransaction> _updateBatch;
    private TaskId[] _ids = [];
    private int _next;

    private TaskWorkload(ClusterStoreOptions? options)
    {
        _nodes = _objects.NewNodes(Nodes);
        _updateOne = tx => Update(tx, 1);
        _updateBatch = tx => Update(tx, Batch);
        Store = StorageObjects.NewStore(options);
        Run(Store.UpdateAsync(tx =>
        {
            tx.Create(_objects.Service);
            foreach (var node in _nodes)
            {
                tx.Create(node);
            }
        }));
    }

    public ClusterStore Store { get; }

    private ServiceId Service => _objects.Service.Id;

    /// <summary>A store with nodes and a service, and no task yet.</summary>
    public static TaskWorkload WithoutTasks(ClusterStoreOptions options) => new(options);

    public static TaskWorkload WithTasks(int tasks, TaskOrder order)
    {
        var workload = new TaskWorkload(options: null);
        workload.Fill(tasks);
        workload.Take(order);
        return workload;
    }

    /// <summary>Sets the order in which the operations take the tasks.</summary>
    public void Take(TaskOrder order)
    {
        _ids = [.. Store.Current.Tasks.Select(task => task.Id)];
        _next = 0;
        if (order == TaskOrder.Random)
        {
            new Random(11).Shuffle(_ids);
        }
    }

    public void Fill(int tasks)
    {
        var all = new SwarmTask[tasks];
        var indexes = Enumerable.Range(0, tasks).ToArray();
        Run(Store.BatchAsync(indexes, (tx, i) => all[i] = tx.Create(_objects.NewTask(i))));
        Run(Store.BatchAsync(
            indexes, (tx, i) => all[i] = tx.Update(StorageObjects.Assign(all[i], _nodes[i % Nodes].Id))));
        Run(Store.BatchAsync(indexes, (tx, i) => all[i] = tx.Update(_objects.Start(all[i]))));
        if (Store.Current.Tasks.CountInState(TaskState.Running) != tasks)
        {
            throw new InvalidOperationException("not every task of the workload runs");
        }
    }

    /// <summary>One task changes its state in a transaction of its own.</summary>
    public void UpdateTx1() => Run(Store.UpdateAsync(_updateOne));

    /// <summary>200 tasks change their states in one transaction.</summary>
    public void UpdateBatch200() => Run(Store.UpdateAsync(_updateBatch));

    public SwarmTask? GetTask() => Store.Current.Tasks.Find(NextTask());

    public Node? FindNodeByName() => Store.Current.Nodes.FindByName(NextNode().Description!.Hostname);

    public int CountAll()
    {
        var count = 0;
        foreach (var _ in Store.Current.Tasks)
        {
            count++;
        }

        return count;
    }

    public int CountOfService() => Count(Store.Current.Tasks.OfService(Service));

    public int CountOnNode() => Count(Store.Current.Tasks.OnNode(NextNode().Id));

    public int CountOfSlot() =>
        Count(Store.Current.Tasks.OfSlot(Service, 1 + (_next = (_next + 1) % _ids.Length)));

    public void Dispose() => Store.Dispose();

    private void Update(StoreTransaction tx, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var task = tx.Tasks.Find(NextTask())!;
            var state = task.Status.State == TaskState.Running ? TaskState.Complete : TaskState.Running;
            tx.Update(task with { Status = task.Status with { State = state, Timestamp = tx.Now } });
        }
    }

    private TaskId NextTask() => _ids[_next = (_next + 1) % _ids.Length];

    private Node NextNode() => _nodes[_next = (_next + 1) % Nodes];

    private static int Count(IEnumerable<SwarmTask> tasks)
    {
        var count = 0;
        foreach (var _ in tasks)
        {
            count++;
        }

        return count;
    }

    // The in-process proposer commits at once: nothing is ever waited for.
    private static void Run(ValueTask work) => work.GetAwaiter().GetResult();
}
