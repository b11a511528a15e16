using System.Globalization;
using Swarm.Raft.Storage.Files;

namespace Swarm.Benchmarks.Raft;

/// <summary>
/// Durable proposals of 256 bytes to three members, one of whose followers takes half a second for every flush, beside
/// three that take none: a majority does not wait for the rest.
/// </summary>
internal static class RaftSlowFollowerMacro
{
    private static readonly TimeSpan Flush = TimeSpan.FromMilliseconds(500);
    private static readonly int[] Clients = [1, 16];

    public static async Task RunAsync(string[] options)
    {
        var (rounds, time) = options is ["quick"] ? (2, TimeSpan.FromSeconds(3)) : (5, TimeSpan.FromSeconds(5));
        var value = new byte[256];
        for (var round = 0; round < rounds; round++)
        {
            await MeasureAsync("none", PhysicalFileSystem.Instance, value, time);
            await MeasureAsync("one", new SlowFiles(PhysicalFileSystem.Instance, Flush), value, time);
        }
    }

    private static async Task MeasureAsync(string slow, IFileSystem files, byte[] value, TimeSpan time)
    {
        await using var members = await RaftMembers.StartAsync(3);
        var leader = members.Leader;
        await members.RestartFollowerAsync(files);
        foreach (var clients in Clients)
        {
            var load = await ProposalLoad.RunAsync(clients, time, _ => leader.ProposeAsync(value));
            Print("per_second", load.PerSecond);
            Print("p50_us", load.P50);
            Print("p99_us", load.P99);

            void Print(string figure, double found) => Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"figure":"raft_slow_follower.{{figure}}","slow":"{{slow}}","clients":{{clients}},"value":{{found:0.#}}}"""));
        }
    }
}
