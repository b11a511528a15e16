using System.Diagnostics;

namespace Swarm.Benchmarks.Raft;

/// <summary>Callers that each wait for their own proposal, or read, before they make the next one.</summary>
internal sealed record ProposalLoad(double PerSecond, double P50, double P99)
{
    /// <summary>Bytes that this process allocated for each; 0 where that says nothing.</summary>
    public double BytesEach { get; init; }

    /// <summary>Runs callers for a while, after a fifth of it untimed.</summary>
    public static async Task<ProposalLoad> RunAsync(int clients, TimeSpan time, Func<int, Task> propose)
    {
        var started = Stopwatch.GetTimestamp();
        var warm = time / 5;
        var callers = Enumerable.Range(0, clients)
            .Select(client => Task.Run(async () =>
            {
                var latencies = new List<double>();
                while (true)
                {
                    var before = Stopwatch.GetTimestamp();
                    await propose(client);
                    var elapsed = Stopwatch.GetElapsedTime(started);
                    if (elapsed > time + warm)
                    {
                        return latencies;
                    }

                    if (elapsed > warm)
                    {
                        latencies.Add(Stopwatch.GetElapsedTime(before).TotalMicroseconds);
                    }
                }
            }))
            .ToArray();
        var all = (await Task.WhenAll(callers)).SelectMany(latencies => latencies).ToArray();
        Array.Sort(all);
        return all.Length == 0
            ? throw new InvalidOperationException("nothing was committed in time")
            : new ProposalLoad(all.Length / time.TotalSeconds, all[all.Length / 2], all[all.Length * 99 / 100]);
    }
}
