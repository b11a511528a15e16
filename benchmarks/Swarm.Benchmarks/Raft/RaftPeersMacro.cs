using System.Globalization;

namespace Swarm.Benchmarks.Raft;

/// <summary>
/// Durable proposals of 256 bytes, and linearizable reads at the leader: ours (encrypted log, mutual TLS, members and
/// callers in one process) against etcd (plain text, members in processes of their own, callers over gRPC), on one
/// disk, in turns; the best of the rounds.
/// </summary>
internal static class RaftPeersMacro
{
    private const int Bytes = 256;
    private const string Proposals = "proposals";
    private const string Reads = "reads";

    private static readonly int[] Sizes = [1, 3];
    private static readonly int[] Clients = [1, 16, 64, 256];

    public static async Task RunAsync(string[] options)
    {
        var quick = options.Contains("quick");
        var (rounds, time) = quick ? (2, TimeSpan.FromSeconds(2)) : (5, TimeSpan.FromSeconds(3));
        var value = new byte[Bytes];
        new Random(1).NextBytes(value);
        foreach (var size in Sizes)
        {
            var (ours, etcd) = (new Figures(), new Figures());
            for (var round = 0; round < rounds; round++)
            {
                await OursAsync(size, value, time, ours);
                if (!options.Contains("ours"))
                {
                    await EtcdAsync(size, value, time, etcd);
                }
            }

            foreach (var (work, clients) in ours.Keys)
            {
                Print("ours", size, work, clients, ours[(work, clients)]);
                Print("etcd", size, work, clients, etcd.GetValueOrDefault((work, clients)));
            }
        }
    }

    private static async Task OursAsync(int size, byte[] value, TimeSpan time, Figures best)
    {
        await using var members = await RaftMembers.StartAsync(size);
        var leader = members.Leader;
        foreach (var clients in Clients)
        {
            await MeasureAsync(best, Proposals, clients, time, _ => leader.ProposeAsync(value));
            await MeasureAsync(best, Reads, clients, time, _ => leader.ReadBarrierAsync());
        }
    }

    private static async Task EtcdAsync(int size, byte[] value, TimeSpan time, Figures best)
    {
        await using var members = await EtcdMembers.StartAsync(size, value);
        foreach (var clients in Clients)
        {
            await MeasureAsync(best, Proposals, clients, time, members.PutAsync);
            await MeasureAsync(best, Reads, clients, time, members.ReadAsync);
        }
    }

    private static async Task MeasureAsync(
        Figures best, string work, int clients, TimeSpan time, Func<int, Task> operation)
    {
        var allocated = GC.GetTotalAllocatedBytes();
        var load = await ProposalLoad.RunAsync(clients, time, operation);
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        var figure = load with { BytesEach = allocated / (load.PerSecond * time.TotalSeconds * 1.2) };
        best[(work, clients)] = Better(best.GetValueOrDefault((work, clients)), figure);
    }

    private static ProposalLoad Better(ProposalLoad? before, ProposalLoad now) =>
        before is null || now.PerSecond > before.PerSecond ? now : before;

    private static void Print(string side, int size, string work, int clients, ProposalLoad? load)
    {
        if (load is null)
        {
            return;
        }

        Print("per_second", load.PerSecond);
        Print("p50_us", load.P50);
        Print("p99_us", load.P99);
        if (side == "ours")
        {
            Print("bytes_allocated_each", load.BytesEach);
        }

        void Print(string figure, double value) => Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"figure":"raft_peers.{{work}}.{{figure}}","side":"{{side}}","nodes":{{size}},"clients":{{clients}},"value":{{value:0.#}}}"""));
    }

    private sealed class Figures : Dictionary<(string Work, int Clients), ProposalLoad>;
}
