using System.Diagnostics;
using System.Globalization;
using System.Net;
using Swarm.Raft;

namespace Swarm.Benchmarks.Raft;

/// <summary>
/// 500 MiB of state reach a new member, a process of its own, over TLS while the leader takes proposals. Tells how much
/// memory the leader takes for it, heap and working set, from before the snapshot is saved.
/// </summary>
internal static class RaftSnapshotMacro
{
    public static async Task RunAsync(string[] options)
    {
        var mebibytes = options is ["quick"] ? 100 : 500;
        var directory = Directory.CreateTempSubdirectory("swarm-raft-snapshot-");
        BenchmarkCertificates.Make(directory.FullName);
        var (here, there) = ((IPEndPoint)RaftMembers.FreePort(), (IPEndPoint)RaftMembers.FreePort());
        var state = new BlockState(mebibytes);
        await using (var storage = await FileRaftStorage.OpenAsync(Path.Join(directory.FullName, "1")))
        {
            await using var transport = Transport(directory.FullName, here, 2, there);
            await using var leader = await RaftNode.StartAsync(1, [1], state, storage, transport, Options);
            await leader.WaitForLeaderAsync();
            await MeasureAsync(leader, storage, directory.FullName, here, there, state, mebibytes);
        }

        directory.Delete(recursive: true);
    }

    /// <summary>The new member: says when it has the state, and ends when its input does.</summary>
    public static async Task JoinAsync(string directory, string port, string leader)
    {
        var state = new BlockState(0);
        await using var storage = await FileRaftStorage.OpenAsync(Path.Join(directory, "2"));
        await using var transport = Transport(
            directory, Loopback(port), 1, Loopback(leader));
        await using var node = await RaftNode.StartAsync(2, [], state, storage, transport, Options);
        Console.WriteLine("started");
        while (state.RestoredBytes == 0)
        {
            await Task.Delay(5);
        }

        Console.WriteLine($"restored {state.RestoredBytes}");
        while (await Console.In.ReadLineAsync() is { } entries)
        {
            while (state.Entries < long.Parse(entries, CultureInfo.InvariantCulture))
            {
                await Task.Delay(5);
            }

            Console.WriteLine("caught up");
        }
    }

    private static RaftNodeOptions Options => new() { SnapshotInterval = 0, LogEntriesForSlowFollowers = 0 };

    private static async Task MeasureAsync(
        RaftNode leader,
        FileRaftStorage storage,
        string directory,
        IPEndPoint here,
        IPEndPoint there,
        BlockState state,
        int mebibytes)
    {
        using var stop = new CancellationTokenSource();
        var latencies = new List<double>();
        await leader.ProposeAsync(new byte[256]);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        var sampling = MemorySamples.TakeAsync(stop.Token);
        var writing = Task.Run(() => WriteAsync(leader, latencies, stop.Token));

        var started = Stopwatch.GetTimestamp();
        var saved = leader.AppliedIndex;
        leader.SaveSnapshot();
        while (storage.FirstIndex <= saved)
        {
            await Task.Delay(5);
        }

        Print("save_ms", mebibytes, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        using var member = Start(directory, there, here);
        await ExpectAsync(member, "started");
        started = Stopwatch.GetTimestamp();
        await leader.AddLearnerAsync(2);
        await ExpectAsync(member, $"restored {(long)mebibytes << 20}");
        Print("reach_and_restore_ms", mebibytes, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        await stop.CancelAsync();
        await writing;
        await member.StandardInput.WriteLineAsync(state.Entries.ToString(CultureInfo.InvariantCulture));
        await ExpectAsync(member, "caught up");
        member.StandardInput.Close();
        await member.WaitForExitAsync();

        var (heap, workingSet) = await sampling;
        latencies.Sort();
        Print("leader_heap_growth_mib", mebibytes, heap);
        Print("leader_working_set_growth_mib", mebibytes, workingSet);
        Print("proposals_meanwhile", mebibytes, latencies.Count);
        Print("proposal_p50_us", mebibytes, latencies[latencies.Count / 2]);
        Print("proposal_p99_us", mebibytes, latencies[latencies.Count * 99 / 100]);
        Print("proposal_max_us", mebibytes, latencies[^1]);
    }

    private static async Task WriteAsync(RaftNode leader, List<double> latencies, CancellationToken stop)
    {
        var value = new byte[256];
        while (!stop.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            await leader.ProposeAsync(value, CancellationToken.None);
            latencies.Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
        }
    }

    private static Process Start(string directory, IPEndPoint there, IPEndPoint here)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(RaftSnapshotMacro).Assembly.Location);
        }

        foreach (var argument in (string[])["macro", "raftsnapshot-member", directory, $"{there.Port}", $"{here.Port}"])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    private static async Task ExpectAsync(Process member, string line)
    {
        var said = await member.StandardOutput.ReadLineAsync();
        if (said != line)
        {
            throw new InvalidOperationException($"the member said '{said}' instead of '{line}'");
        }
    }

    private static TcpRaftTransport Transport(string directory, EndPoint listen, ulong other, EndPoint address) => new(
        listen,
        new Dictionary<PeerId, EndPoint> { [other] = address },
        new TcpRaftTransportOptions { Tls = BenchmarkCertificates.Load(directory) });

    private static IPEndPoint Loopback(string port) =>
        new(IPAddress.Loopback, int.Parse(port, CultureInfo.InvariantCulture));

    private static void Print(string figure, int size, double value) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $$"""{"figure":"raftsnapshot.{{figure}}","mib":{{size}},"value":{{value:0.#}}}"""));
}
