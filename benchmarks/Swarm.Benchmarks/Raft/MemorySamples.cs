using System.Diagnostics;

namespace Swarm.Benchmarks.Raft;

/// <summary>How far this process's memory rises above what it is at the beginning, in MiB.</summary>
internal static class MemorySamples
{
    private const double Mebibyte = 1 << 20;

    public static async Task<(double Heap, double WorkingSet)> TakeAsync(CancellationToken stop)
    {
        using var process = Process.GetCurrentProcess();
        var (heap, set) = (GC.GetTotalMemory(forceFullCollection: false), process.WorkingSet64);
        var (mostHeap, mostSet) = (heap, set);
        while (!stop.IsCancellationRequested)
        {
            process.Refresh();
            mostHeap = Math.Max(mostHeap, GC.GetTotalMemory(forceFullCollection: false));
            mostSet = Math.Max(mostSet, process.WorkingSet64);
            await Task.Delay(20, CancellationToken.None);
        }

        return ((mostHeap - heap) / Mebibyte, (mostSet - set) / Mebibyte);
    }
}
