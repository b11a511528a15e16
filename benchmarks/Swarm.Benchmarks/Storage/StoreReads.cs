using BenchmarkDotNet.Attributes;

namespace Swarm.Benchmarks.Storage;

/// <summary>Reads of a snapshot; what they return is shared, never copied.</summary>
[MemoryDiagnoser]
public class StoreReads
{
    private TaskWorkload _tasks = null!;
    private NodeWorkload _nodes = null!;

    [Params(10_000, 100_000)]
    public int Tasks { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        _tasks = TaskWorkload.WithTasks(Tasks, TaskOrder.Random);
        _nodes = NodeWorkload.WithNodes();
    }

    [GlobalCleanup]
    public void Drop()
    {
        _tasks.Dispose();
        _nodes.Dispose();
    }

    /// <summary>Opens a snapshot.</summary>
    [Benchmark]
    public object Current() => _tasks.Store.Current;

    [Benchmark]
    public object? GetTask() => _tasks.GetTask();

    [Benchmark]
    public object? FindNodeByName() => _tasks.FindNodeByName();

    [Benchmark]
    public object FindAllNodes() => _nodes.FindAll();

    [Benchmark]
    public int CountAllTasks() => _tasks.CountAll();

    /// <summary>All tasks.</summary>
    [Benchmark]
    public int TasksOfService() => _tasks.CountOfService();

    /// <summary>One thousandth of the tasks.</summary>
    [Benchmark]
    public int TasksOnNode() => _tasks.CountOnNode();

    /// <summary>One task.</summary>
    [Benchmark]
    public int TasksOfSlot() => _tasks.CountOfSlot();
}
