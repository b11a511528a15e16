using System.Diagnostics;
using System.Globalization;
using Swarm.Raft.Storage.Files;

namespace Swarm.Benchmarks.Raft;

/// <summary>The log on a real disk: latency of a batch, recovery, a large snapshot.</summary>
internal static class RaftLogMacro
{
    private static readonly int[] Batches = [1, 16, 64, 256];

    public static void Run(string[] options)
    {
        var quick = options is ["quick"];
        Flush(quick ? 2_000 : 10_000);
        foreach (var batch in Batches)
        {
            Append(batch, quick ? 2_000 : 10_000);
        }

        Recover(quick ? 100_000 : 1_000_000);
        Snapshot(quick ? 50 : 500);
    }

    // What the disk alone takes: one sector of a file full of zeros, written and flushed.
    private static void Flush(int count)
    {
        var directory = Directory.CreateTempSubdirectory("swarm-raft-bench-");
        using (var file = PhysicalFileSystem.Instance.Create(Path.Join(directory.FullName, "flush")))
        {
            file.WriteZeros(0, 16 << 20);
            file.Sync();
            var sector = new byte[512];
            var times = new double[count];
            for (var i = 0; i < count; i++)
            {
                var started = Stopwatch.GetTimestamp();
                file.Write(sector, i * sector.Length);
                file.Sync();
                times[i] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
            }

            Array.Sort(times);
            Print("raftlog.disk_flush_p50_us", 1, times[count / 2]);
        }

        directory.Delete(recursive: true);
    }

    private static void Append(int batch, int count)
    {
        using var log = RaftLogWorkload.New(batch, payload: 256);
        for (var i = 0; i < count / 10; i++)
        {
            log.AppendAndSyncForever();
        }

        var times = new double[count];
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < count; i++)
        {
            var started = Stopwatch.GetTimestamp();
            log.AppendAndSyncForever();
            times[i] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Array.Sort(times);
        Print("raftlog.append_sync_p50_us", batch, times[count / 2]);
        Print("raftlog.append_sync_p99_us", batch, times[count * 99 / 100]);
        Print("raftlog.append_entries_per_second", batch, count * batch / (times.Sum() / 1e6));
        Print("raftlog.append_bytes_allocated_per_entry", batch, (double)allocated / count / batch);
    }

    private static void Recover(int entries)
    {
        const int Batch = 1_000;
        using var log = RaftLogWorkload.New(Batch, payload: 64);
        while (log.LastIndex < (ulong)entries)
        {
            log.AppendAndSync();
        }

        log.Reopen();
        var allocated = GC.GetTotalAllocatedBytes();
        var started = Stopwatch.GetTimestamp();
        log.Reopen();
        Print("raftlog.recovery_ms", entries, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        Print("raftlog.recovery_bytes_allocated", entries, GC.GetTotalAllocatedBytes() - allocated);
    }

    private static void Snapshot(int mebibytes)
    {
        using var log = RaftLogWorkload.New(1, payload: 64);
        log.AppendAndSync();
        var allocated = GC.GetTotalAllocatedBytes();
        var (write, read) = log.Snapshot(mebibytes);
        Print("raftlog.snapshot_write_mib_per_second", mebibytes, write);
        Print("raftlog.snapshot_read_mib_per_second", mebibytes, read);
        Print("raftlog.snapshot_bytes_allocated", mebibytes, GC.GetTotalAllocatedBytes() - allocated);
    }

    private static void Print(string figure, int size, double value) => Console.WriteLine(
        string.Create(CultureInfo.InvariantCulture, $$"""{"figure":"{{figure}}","n":{{size}},"value":{{value:0.###}}}"""));
}
