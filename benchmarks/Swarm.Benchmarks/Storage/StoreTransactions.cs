using BenchmarkDotNet.Attributes;

namespace Swarm.Benchmarks.Storage;

/// <summary>Writes of tasks.</summary>
[MemoryDiagnoser]
public class StoreTransactions
{
    private TaskWorkload _ordered = null!;
    private TaskWorkload _random = null!;

    [Params(10_000, 100_000)]
    public int Tasks { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        _ordered = TaskWorkload.WithTasks(Tasks, TaskOrder.ById);
        _random = TaskWorkload.WithTasks(Tasks, TaskOrder.Random);
    }

    [GlobalCleanup]
    public void Drop()
    {
        _ordered.Dispose();
        _random.Dispose();
    }

    [Benchmark]
    public void TaskUpdateTx1() => _random.UpdateTx1();

    [Benchmark(OperationsPerInvoke = TaskWorkload.Batch)]
    public void TaskUpdateBatch200ById() => _ordered.UpdateBatch200();

    [Benchmark(OperationsPerInvoke = TaskWorkload.Batch)]
    public void TaskUpdateBatch200Random() => _random.UpdateBatch200();
}

/// <summary>Writes of nodes.</summary>
[MemoryDiagnoser]
public class StoreTransactionsOfNodes
{
    private NodeWorkload _nodes = null!;

    [GlobalSetup]
    public void Fill() => _nodes = NodeWorkload.WithNodes();

    [GlobalCleanup]
    public void Drop() => _nodes.Dispose();

    [Benchmark(OperationsPerInvoke = NodeWorkload.Nodes)]
    public void CreateNode() => _nodes.Create();

    [Benchmark(OperationsPerInvoke = NodeWorkload.Nodes)]
    public void UpdateNode() => _nodes.Update();

    [Benchmark]
    public void UpdateNodeTx() => _nodes.UpdateTx();
}
