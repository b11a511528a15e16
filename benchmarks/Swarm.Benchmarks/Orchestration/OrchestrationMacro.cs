using System.Diagnostics;
using System.Globalization;

namespace Swarm.Benchmarks.Orchestration;

/// <summary>
/// From a service to tasks that run, the loss of a node, an update; and how each grows. Everything is on one thread
/// under virtual time: seconds are those of one processor that does the work of the managers and of all nodes.
/// </summary>
internal static class OrchestrationMacro
{
    private const int Nodes = 1_000;

    public static void Run(string[] options)
    {
        var quick = options.Contains("quick");
        int[] pipeline = quick ? [1_000, 10_000] : [1_000, 10_000, 100_000, 1_000_000];
        int[] swarm = options.Contains("pipeline") ? [] : quick ? [1_000, 10_000] : [1_000, 10_000, 100_000];
        WarmUp();
        foreach (var tasks in pipeline)
        {
            Pipeline(tasks);
        }

        foreach (var tasks in swarm)
        {
            Swarm(tasks);
        }
    }

    private static void WarmUp()
    {
        using (var pipeline = new PipelineWorkload(100))
        {
            pipeline.CreateAndAssign(5_000);
        }

        using var swarm = new SwarmWorkload(20);
        swarm.Create(500);
        swarm.UntilRunning(500);
        swarm.Update();
    }

    private static void Pipeline(int tasks)
    {
        using var workload = new PipelineWorkload(Nodes);
        var memory = Memory.Now();
        Measure("assigned", tasks, tasks, agents: false, () => workload.CreateAndAssign(tasks));
        Memory.Now().Print(memory, tasks, agents: false);
        GC.KeepAlive(workload.Store.Current);
    }

    private static void Swarm(int tasks)
    {
        using var workload = new SwarmWorkload(Nodes);
        var memory = Memory.Now();
        Measure("assigned", tasks, tasks, agents: true, () =>
        {
            workload.Create(tasks);
            workload.UntilAssigned(tasks);
        });
        Measure("running_after_assigned", tasks, tasks, agents: true, () => workload.UntilRunning(tasks));
        Memory.Now().Print(memory, tasks, agents: true);
        var lost = workload.LoseNode();
        Measure("lost_node_replaced", tasks, lost, agents: true, () => workload.UntilRunning(tasks + lost));
        Measure("updated", tasks, tasks, agents: true, workload.Update);
        GC.KeepAlive(workload.Store.Current);
    }

    private static void Measure(string figure, int tasks, int divisor, bool agents, Action work)
    {
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var started = Stopwatch.GetTimestamp();
        work();
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        var count = Math.Max(divisor, 1);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"suite\":\"orchestration\",\"figure\":\"{figure}\",\"nodes\":{Nodes},\"tasks\":{tasks},\"agents\":{(agents ? "true" : "false")},\"s\":{seconds:0.000},\"us_per_task\":{seconds * 1e6 / count:0.00},\"tasks_per_s\":{count / seconds:0},\"alloc_b_per_task\":{(double)allocated / count:0}}}"));
    }

    /// <summary>Memory of the process: what objects take, and what the system has given.</summary>
    private readonly record struct Memory(long Heap, long Resident)
    {
        public static Memory Now()
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            using var self = Process.GetCurrentProcess();
            return new Memory(GC.GetTotalMemory(forceFullCollection: false), self.WorkingSet64);
        }

        public void Print(Memory before, int tasks, bool agents) => Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"suite\":\"orchestration\",\"figure\":\"memory\",\"nodes\":{Nodes},\"tasks\":{tasks},\"agents\":{(agents ? "true" : "false")},\"heap_b_per_task\":{(double)(Heap - before.Heap) / tasks:0},\"rss_b_per_task\":{(double)(Resident - before.Resident) / tasks:0},\"rss_mb\":{Resident / 1048576.0:0}}}"));
    }
}
