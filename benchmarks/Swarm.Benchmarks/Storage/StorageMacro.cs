using System.Diagnostics;
using System.Globalization;
using Swarm.Storage;

namespace Swarm.Benchmarks.Storage;

/// <summary>Memory per task, cost of writes and reads, fan-out of the change feed; and how each grows.</summary>
internal static class StorageMacro
{
    private static readonly int[] TaskCounts = [10_000, 100_000, 1_000_000];
    private static readonly int[] SubscriberCounts = [10, 100, 1_000, 5_000];

    public static void Run(string[] options)
    {
        var quick = options is ["quick"];
        var runs = quick ? 3 : 5;
        var taskCounts = quick ? TaskCounts[..^1] : TaskCounts;
        FanOut(FeedScope.Node, "feed.fanout", runs);
        FanOut(FeedScope.Everything, "feed.broadcast", runs);
        Nodes(runs);
        Tasks(taskCounts, runs);
        foreach (var tasks in taskCounts)
        {
            Memory(tasks);
        }
    }

    private static void FanOut(FeedScope scope, string figure, int runs)
    {
        var points = new List<(double X, double Y)>();
        foreach (var subscribers in SubscriberCounts)
        {
            var feed = new FeedWorkload(subscribers, scope);
            var operations = scope == FeedScope.Node ? 500_000 : 5_000_000 / subscribers;
            var timing = Time(feed.Publish, runs, operations);
            feed.ExpectNothingLeft();
            Print($"{figure}_ns", "subscribers", subscribers, timing);
            points.Add((subscribers, timing.Median));
        }

        PrintSlope($"{figure}_slope", points);
    }

    private static void Nodes(int runs)
    {
        using var nodes = NodeWorkload.WithNodes();
        Print("store.create_node_ns", "nodes", NodeWorkload.Nodes, Time(nodes.Create, runs, 20, NodeWorkload.Nodes));
        Print("store.update_node_ns", "nodes", NodeWorkload.Nodes, Time(nodes.Update, runs, 20, NodeWorkload.Nodes));
        Print("store.update_node_tx_ns", "nodes", NodeWorkload.Nodes, Time(nodes.UpdateTx, runs, 50_000));
        Print("store.find_all_nodes_ns", "nodes", NodeWorkload.Nodes, Time(() => nodes.FindAll(), runs, 500));
    }

    private static void Tasks(int[] taskCounts, int runs)
    {
        List<(double X, double Y)> one = [], ordered = [], random = [];
        foreach (var tasks in taskCounts)
        {
            using var workload = TaskWorkload.WithTasks(tasks, TaskOrder.ById);
            var timing = Time(workload.UpdateBatch200, runs, 500, TaskWorkload.Batch);
            Print("store.update_batch200_by_id_ns", "tasks", tasks, timing);
            ordered.Add((tasks, timing.Median));

            workload.Take(TaskOrder.Random);
            timing = Time(workload.UpdateBatch200, runs, 500, TaskWorkload.Batch);
            Print("store.update_batch200_random_ns", "tasks", tasks, timing);
            random.Add((tasks, timing.Median));

            timing = Time(workload.UpdateTx1, runs, 50_000);
            Print("store.update_ns", "tasks", tasks, timing);
            one.Add((tasks, timing.Median));
            Reads(workload, tasks, runs);
        }

        PrintSlope("store.update_slope", one);
        PrintSlope("store.update_batch200_by_id_slope", ordered);
        PrintSlope("store.update_batch200_random_slope", random);
    }

    private static void Reads(TaskWorkload workload, int tasks, int runs)
    {
        Print("store.current_ns", "tasks", tasks, Time(() => _ = workload.Store.Current, runs, 5_000_000));
        Print("store.get_ns", "tasks", tasks, Time(() => workload.GetTask(), runs, 500_000));
        Print("store.find_by_name_ns", "tasks", tasks, Time(() => workload.FindNodeByName(), runs, 500_000));
        Print("store.of_slot_ns", "tasks", tasks, Time(() => workload.CountOfSlot(), runs, 200_000));
        var each = tasks / TaskWorkload.Nodes;
        Print("store.on_node_ns_per_task", "tasks", tasks, Time(() => workload.CountOnNode(), runs, 2_000, each));
        Print("store.of_service_ns_per_task", "tasks", tasks, Time(() => workload.CountOfService(), runs, 2, tasks));
        Print("store.all_ns_per_task", "tasks", tasks, Time(() => workload.CountAll(), runs, 5, tasks));
    }

    /// <summary>
    /// Growth of the heap by tasks that run, without the bounded history of changes, which does not grow with them. The
    /// workload is the same each time, and so is what it leaves behind: one run is enough.
    /// </summary>
    private static void Memory(int tasks)
    {
        using var workload = TaskWorkload.WithoutTasks(new ClusterStoreOptions { HistoryLimit = 0 });
        var before = GC.GetTotalMemory(forceFullCollection: true);
        workload.Fill(tasks);
        var after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(workload.Store.Current);
        var bytes = (double)(after - before) / tasks;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"figure\":\"store.bytes_per_task\",\"tasks\":{tasks},\"bytes\":{bytes:0.0},\"runs\":1}}"));
    }

    private static Timing Time(Action operation, int runs, int operations, int divisor = 1)
    {
        Repeat(operation, Math.Max(1, operations / 5));
        var times = new double[runs];
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var run = 0; run < runs; run++)
        {
            var started = Stopwatch.GetTimestamp();
            Repeat(operation, operations);
            times[run] = Stopwatch.GetElapsedTime(started).TotalNanoseconds / operations / divisor;
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Array.Sort(times);
        return new Timing(times[runs / 2], times[0], (double)allocated / runs / operations / divisor, runs);
    }

    private static void Repeat(Action operation, int times)
    {
        for (var i = 0; i < times; i++)
        {
            operation();
        }
    }

    private static void Print(string figure, string parameter, int value, Timing timing)
    {
        var result = string.Create(
            CultureInfo.InvariantCulture,
            $"\"ns\":{timing.Median:0.0},\"best\":{timing.Best:0.0},\"alloc_b\":{timing.Allocated:0}");
        Console.WriteLine($"{{\"figure\":\"{figure}\",\"{parameter}\":{value},{result},\"runs\":{timing.Runs}}}");
    }

    /// <summary>Least squares over the logarithms: 0 is flat, 1 is linear.</summary>
    private static void PrintSlope(string figure, List<(double X, double Y)> points)
    {
        var meanX = points.Average(point => Math.Log(point.X));
        var meanY = points.Average(point => Math.Log(point.Y));
        var slope = points.Sum(point => (Math.Log(point.X) - meanX) * (Math.Log(point.Y) - meanY))
            / points.Sum(point => Math.Pow(Math.Log(point.X) - meanX, 2));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{{\"figure\":\"{figure}\",\"slope\":{slope:0.000}}}"));
    }

    private readonly record struct Timing(double Median, double Best, double Allocated, int Runs);
}
